"""`plietsch up --check`: live measurements go the whole way and are read back from the API.

The simulated region writes down each reading with the moment at which it was measured; this reads the same readings
from the API, compares them, and says how long each was on its way.
"""

import json
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from plietsch.platform import errors, regions
from plietsch.platform.local.stack import Progress, Simulation, Stack
from plietsch.platform.settings import Settings

# Each station measures as often as a node may, and is to be seen this often.
_INTERVAL_S = 10
_READINGS_PER_STATION = 2
_TIMEOUT_S = 60.0
_POLL_S = 0.02
# The API is asked for the newest readings only: older ones have been seen or never will be.
_LOOK_BACK = timedelta(seconds=60)
# What the simulation measured for the time before it began says nothing of how long measurements are on their way.
_LIVE_WITHIN_S = 3.0
_FINE_DUST = "plietsch-fine-dust"
_RAW = "raw"

Key = tuple[str, str, datetime]  # station, property, time


@dataclass
class Outcome:
    """What was seen, or why it was not."""

    stations: int = 0
    seconds: list[float] = field(default_factory=list[float])
    reason: str = ""

    @property
    def passed(self) -> bool:
        return not self.reason

    def as_dict(self) -> dict[str, object]:
        """The line of JSON: times in seconds from the reading to the API's answer."""
        figures: dict[str, object] = {"stations": self.stations, "observations": len(self.seconds)}
        if self.seconds:
            figures["seconds_median"] = round(statistics.median(self.seconds), 3)
            figures["seconds_worst"] = round(max(self.seconds), 3)
        return figures if self.passed else {**figures, "reason": self.reason}


def run(config: Settings, folder: Path, stations: int, progress: Progress, stop: threading.Event) -> Outcome:
    """Start a stack in the folder, compare, stop it again; an outcome with a reason when something is wrong."""
    # As root the database runs under another user, who must be able to enter.
    folder.chmod(0o711)
    ledger = folder / "ledger.ndjson"
    arguments = ("--stations", str(stations), "--interval", str(_INTERVAL_S), "--ledger", str(ledger))
    stack = Stack(_own(config), folder, Simulation(arguments), progress)
    try:
        stack.start()
        outcome = _Comparison(stack.site, ledger, _measuring(regions.read(stack.region_file))).watch(stop)
    except errors.PlietschError as error:
        return Outcome(reason=f"{error.message} {error.hint}".strip())
    finally:
        stack.stop()
    return outcome


def _own(config: Settings) -> Settings:
    """Settings that name no database, broker or session of the operator's: a check leaves them alone."""
    return Settings.model_construct(http_host=config.http_host, http_port=config.http_port, log_level=config.log_level)


def _measuring(region: regions.RegionFile) -> set[str]:
    """The codes of those stations that measure every few seconds: levels and rain come when there is something new."""
    return {station.code for station in region.stations if station.device.type == _FINE_DUST}


def _is_past(noted_at: float, measured_at: datetime) -> bool:
    return noted_at - measured_at.timestamp() > _LIVE_WITHIN_S


class _Comparison:
    """The ledger of the simulated region on one side, the API's answers on the other."""

    def __init__(self, site: str, ledger: Path, stations: set[str]) -> None:
        self._site = site
        self._ledger = ledger
        self._stations = stations
        self._unfinished_line = ""
        self._ledger_position = 0
        self._measured: dict[Key, tuple[float, float | None]] = {}
        self._seconds: dict[Key, float] = {}

    def watch(self, stop: threading.Event) -> Outcome:
        """Compare until each station was seen several times, the time is over or somebody wants to stop."""
        deadline = time.monotonic() + _TIMEOUT_S
        with httpx.Client(base_url=self._site, timeout=10, trust_env=False) as client:
            while not self._complete():
                if stop.is_set():
                    return self._outcome("It was stopped.")
                if time.monotonic() > deadline:
                    return self._outcome(self._what_is_missing())
                self._read_ledger()
                wrong = self._read_api(client)
                if wrong:
                    return self._outcome(wrong)
                time.sleep(_POLL_S)
        return self._outcome("")

    def _complete(self) -> bool:
        seen = Counter(station for station, _ in self._readings(self._seconds))
        return self._stations == seen.keys() and min(seen.values()) >= _READINGS_PER_STATION

    def _read_ledger(self) -> None:
        if not self._ledger.exists():
            return
        with self._ledger.open(encoding="utf-8") as file:
            file.seek(self._ledger_position)
            *lines, self._unfinished_line = (self._unfinished_line + file.read()).split("\n")
            self._ledger_position = file.tell()
        for line in lines:
            entry = json.loads(line)
            measured_at = datetime.fromisoformat(entry["time"])
            if entry["station"] not in self._stations or _is_past(entry["measured_at"], measured_at):
                continue
            for name, value in entry["values"].items():
                self._measured[entry["station"], name, measured_at] = (entry["measured_at"], value)

    def _read_api(self, client: httpx.Client) -> str:
        """Note what is there for the first time; says what is wrong with it, if anything is."""
        since = datetime.now(UTC) - _LOOK_BACK
        answer = client.get("/api/v1/observations", params={"from": since.isoformat(), "limit": 50_000})
        now = time.time()
        if not answer.is_success:
            return f"The API answered {answer.status_code}: {answer.text[:200]}"
        for entry in answer.json()["observations"]:
            if entry.get("method", _RAW) != _RAW:
                continue  # computed from what was measured
            key = (entry["station"], entry["property"], datetime.fromisoformat(entry["time"]))
            if key not in self._measured or key in self._seconds:
                continue
            measured_at, value = self._measured[key]
            if entry["value"] != value:
                return f"{key[0]} measured {key[1]} {value}, the API says {entry['value']}."
            self._seconds[key] = now - measured_at
        return ""

    def _what_is_missing(self) -> str:
        seen, measured = self._readings(self._seconds), self._readings(self._measured)
        silent = sorted({station for station, _ in measured} - {station for station, _ in seen})
        return (
            f"Only {len(seen)} of {len(measured)} readings came back from the API within {_TIMEOUT_S:g} s"
            f"{'; nothing from ' + ', '.join(silent) if silent else ''}."
        )

    @staticmethod
    def _readings(values: Iterable[Key]) -> set[tuple[str, datetime]]:
        return {(station, moment) for station, _, moment in values}

    def _outcome(self, reason: str) -> Outcome:
        return Outcome(len({station for station, _, _ in self._seconds}), list(self._seconds.values()), reason)
