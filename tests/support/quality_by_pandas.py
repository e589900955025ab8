"""What QARTOD's tests and the correction for humidity say of the recorded days, computed with pandas from the files of
the archive: columns at a time, and nothing of the project's own code. The limits are read from the device type's file.

It does what docs/quality.md says, for limits as our own node has them: a flat line has no tolerance.
"""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

EPSILON = 1e-6
EARTH_KM = 6371.0088
COLUMNS = {"P2": "pm2_5", "P1": "pm10", "temperature": "temperature", "humidity": "humidity", "pressure": "pressure"}
HIGHEST = {"pm2_5": 999.9, "pm10": 999.9, "temperature": 85, "humidity": 100, "pressure": 1100}

Limits = dict[str, Any]


def limits(device_type: Path) -> dict[str, Limits]:
    """The limits of each channel as they stand in a device type's file."""
    channels = tomllib.loads(device_type.read_text(encoding="utf-8"))["channels"]
    return {name: channel["limits"] for name, channel in channels.items() if "limits" in channel}


def recorded(folder: Path) -> dict[str, pd.DataFrame]:
    """For each property: station, place, Unix time and tenths, NaN where the instrument cannot have measured that."""
    files = pd.concat(pd.read_csv(path, sep=";") for path in sorted(folder.rglob("*.csv")))
    files["pressure"] /= 100
    files["time_s"] = (pd.to_datetime(files["timestamp"]) - pd.Timestamp(0)) // pd.Timedelta(seconds=1)
    found: dict[str, pd.DataFrame] = {}
    for column, code in COLUMNS.items():
        rows = files.loc[files[column].notna(), ["location", "lat", "lon", "time_s", column]]
        rows = rows.rename(columns={"location": "station", column: "x"}).sort_values(["station", "time_s"])
        rows["x"] = np.floor(rows["x"] * 10 + 0.5 + EPSILON) / 10
        rows.loc[rows["x"] > HIGHEST[code], "x"] = np.nan
        found[code] = rows.reset_index(drop=True)
    return found


def judged(found: dict[str, pd.DataFrame], held: dict[str, Limits]) -> dict[str, pd.DataFrame]:
    """The same with a column for each test (NaN: passed), the worst flag of all as `quality`."""
    return {code: _judged(code, found, held[code]) for code in found}


def corrected(dust: pd.DataFrame, humidity: pd.DataFrame) -> pd.DataFrame:
    """Dust without its water (κ-Köhler, κ = 0.4, 1.65 g/cm³, no more than 95 %), not rounded, and its quality."""
    both = _beside(dust, humidity, 5, ["x", "quality"])
    both = both[both["station"].isin(humidity["station"].unique())].reset_index(drop=True)
    activity = both["x_beside"].clip(upper=95) / 100
    both["y"] = both["x"] / (1 + 0.4 / 1.65 / (1 / activity - 1))
    both["y_quality"] = (
        both[["quality", "quality_beside"]]
        .max(axis=1)
        .mask(both["x_beside"] >= 95, both[["quality", "quality_beside"]].max(axis=1).clip(lower=3))
    )
    lost = both["y"].isna() | (both["quality"] > 3) | (both["quality_beside"] > 3)
    both.loc[lost, "y"], both.loc[lost, "y_quality"] = np.nan, 9
    return both


def _judged(code: str, found: dict[str, pd.DataFrame], held: Limits) -> pd.DataFrame:
    rows = found[code].copy()
    usable = rows[rows["x"].notna()].reset_index()
    tests = pd.DataFrame(index=usable.index)
    if "suspect_range" in held:
        lowest, highest = held["suspect_range"]
        tests["gross_range"] = np.where((usable["x"] < lowest) | (usable["x"] > highest), 3, np.nan)
    tests["spike"] = _spike(usable, held["spike"])
    tests["rate_of_change"] = _rate_of_change(usable, held["rate_of_change"], tests["spike"].notna())
    tests["flat_line"] = _flat_line(usable, held["flat_line"])
    if "multi_variate" in held:
        tests["multi_variate"] = _multi_variate(usable, found, held["multi_variate"])
    if "neighbour" in held:
        tests["neighbour"] = _neighbour(usable, held["neighbour"])
    tests.index = usable["index"]
    rows = rows.join(tests)
    rows["quality"] = rows[list(tests)].max(axis=1).fillna(1).mask(rows["x"].isna(), 4)
    return rows


def _flag(size: pd.Series, held: Limits) -> pd.Series:
    flags = pd.Series(np.nan, size.index)
    flags[size > held.get("suspect", np.inf) + EPSILON] = 3
    flags[size > held.get("fail", np.inf) + EPSILON] = 4
    return flags


def _runs(rows: pd.DataFrame, longest_s: float) -> pd.Series:
    """A number for each stretch of a station without a longer pause."""
    begins = (rows["time_s"].diff() > longest_s) | (rows["station"] != rows["station"].shift())
    return begins.cumsum()


def _spike(rows: pd.DataFrame, held: Limits) -> pd.Series:
    stretch = rows["x"].groupby(_runs(rows, held.get("longest_step_s", 1800)))
    around = pd.concat({step: stretch.shift(step) for step in (-2, -1, 0, 1, 2)}, axis=1)
    # Where one of the five is missing, the inner three; where one of these is, nothing stands out.
    of_five = around.median(axis=1).where(around.notna().all(axis=1))
    inner = around[[-1, 0, 1]]
    median = of_five.fillna(inner.median(axis=1).where(inner.notna().all(axis=1)))
    size = (rows["x"] - median).abs()
    return _flag(size, held).where(size > held.get("share", 0) * median.abs() + EPSILON)


def _rate_of_change(rows: pd.DataFrame, held: Limits, is_spike: pd.Series) -> pd.Series:
    calm = rows[["time_s", "x"]].mask(is_spike).groupby(rows["station"]).ffill()
    before = calm.groupby(rows["station"]).shift()
    step_s = rows["time_s"] - before["time_s"]
    rate = (rows["x"] - before["x"]).abs() / step_s.clip(lower=300) * 3600
    return _flag(rate.where(step_s <= held.get("longest_step_s", 1800)), held)


def _flat_line(rows: pd.DataFrame, held: Limits) -> pd.Series:
    assert "tolerance" not in held
    stretch = _runs(rows, held.get("longest_step_s", 7200))
    same = ((rows["x"].diff().abs() > EPSILON) | (stretch != stretch.shift())).cumsum()
    lasts_s = rows["time_s"].groupby(same).transform("max") - rows["time_s"].groupby(same).transform("min")
    flags = pd.Series(np.nan, rows.index)
    flags[lasts_s >= held["suspect_after_s"]] = 3
    flags[lasts_s >= held["fail_after_s"]] = 4
    return flags


def _multi_variate(rows: pd.DataFrame, found: dict[str, pd.DataFrame], held: Limits) -> pd.Series:
    other = found[held["channel"]]
    beside = _beside(rows, other[other["x"].notna()], 5, ["x"])
    return pd.Series(np.where(beside["x_beside"] >= held["at_least"], 3, np.nan), rows.index)


def _neighbour(rows: pd.DataFrame, held: Limits) -> pd.Series:
    placed = rows.groupby("station")[["lat", "lon"]].first()
    flags = pd.Series(np.nan, rows.index)
    for station, here in placed.iterrows():
        near = placed.index[(_km(here, placed) <= held["radius_km"]) & (placed.index != station)]
        own = rows[rows["station"] == station]
        around = pd.concat(
            [
                _beside(own, rows[rows["station"] == other], held["within_s"], ["x"], by=None)["x_beside"]
                for other in near
            ]
            or [pd.Series(np.nan, range(len(own)))],
            axis=1,
        ).set_index(own.index)
        enough = around.notna().sum(axis=1) >= held.get("least", 3)
        flags[own.index[enough & ((own["x"] - around.median(axis=1)).abs() > held["suspect"] + EPSILON)]] = 3
    return flags


def _beside(
    rows: pd.DataFrame, other: pd.DataFrame, within_s: int, columns: list[str], by: str | None = "station"
) -> pd.DataFrame:
    """Each row with what is nearest in time of another table, in the rows' order."""
    keys = ["time_s", *([by] if by else [])]
    left = rows.assign(order=range(len(rows))).sort_values("time_s", kind="stable")
    right = other[[*keys, *columns]].sort_values("time_s").rename(columns={each: f"{each}_beside" for each in columns})
    both = pd.merge_asof(left, right, on="time_s", by=by, direction="nearest", tolerance=within_s)
    return both.sort_values("order").reset_index(drop=True)


def _km(here: pd.Series, others: pd.DataFrame) -> pd.Series:
    """Great circles by the spherical law of cosines."""
    latitude, longitude = np.radians(here["lat"]), np.radians(here["lon"])
    others = np.radians(others[["lat", "lon"]])
    cosine = np.sin(latitude) * np.sin(others["lat"])
    cosine += np.cos(latitude) * np.cos(others["lat"]) * np.cos(others["lon"] - longitude)
    return EARTH_KM * np.arccos(cosine.clip(upper=1))
