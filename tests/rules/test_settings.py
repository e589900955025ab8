"""docs/settings.md and the code say the same, and a wrong setting is explained."""

import re
from pathlib import Path

import pytest

from plietsch.platform import errors, settings

ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^\| `PLIETSCH_(\w+)` \| (?:`([^`]*)`|–) \| (.*) \|$", re.MULTILINE)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(f"PLIETSCH_{name.upper()}", raising=False)
    monkeypatch.delenv("PLIETSCH_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


def test_every_setting_is_documented_with_its_default_and_meaning():
    documented = [(name.lower(), default, text) for name, default, text in _ROW.findall(_document())]
    in_code = [
        (name, str(field.default or ""), field.description) for name, field in settings.Settings.model_fields.items()
    ]
    assert documented == in_code


def test_variables_win_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "plietsch.toml").write_text('http_port = 9000\nlog_level = "debug"\n')
    monkeypatch.setenv("PLIETSCH_HTTP_PORT", "9001")
    config = settings.read()
    assert (config.http_port, config.log_level) == (9001, "debug")
    assert settings.read(http_port=9002).http_port == 9002


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HTTP_PORT", "eighty"),
        ("BROKER_URL", "http://x"),
        ("DATABASE_URL", "mysql://x"),
        ("LOG_LEVEL", "loud"),
        ("MQTT_TOPIC", "a/#/b"),
        ("MQTT_SHARE", "a/b"),
        ("CONTACT", "javascript:alert(1)"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str):
    monkeypatch.setenv(f"PLIETSCH_{variable}", value)
    with pytest.raises(errors.SettingsInvalid, match=variable.lower()):
        settings.read()


@pytest.mark.parametrize(
    "url",
    [
        "tiles.example.org/{z}/{x}/{y}.pbf",
        "https://tiles.example.org/{z}/{x}.pbf",
        "https://tiles.example.org/{z}/{x}/{y}/{y}.pbf",
        "https://*/{z}/{x}/{y}.pbf",
        "https://tiles.example.org; script-src */{z}/{x}/{y}.pbf",
        "https://tiles.example.org/{z}/{x}/{y}.pbf; script-src *",
        "https://user:password@tiles.example.org/{z}/{x}/{y}.pbf",
        "javascript:alert(1)//{z}/{x}/{y}",
    ],
)
def test_an_address_of_tiles_names_one_host_and_where_the_tile_is(url: str):
    with pytest.raises(errors.SettingsInvalid, match="tiles_url"):
        settings.read(tiles_url=url, tiles_attribution="©")


@pytest.mark.parametrize("attribution", ["", "  "])
def test_tiles_without_attribution_are_refused(attribution: str):
    url = "https://tiles.example.org:8443/v1/{z}/{x}/{y}.pbf?key=abc"
    with pytest.raises(errors.SettingsInvalid, match="tiles_attribution") as caught:
        settings.read(tiles_url=url, tiles_attribution=attribution)
    assert "© OpenStreetMap contributors" in caught.value.message
    assert settings.read(tiles_url=url, tiles_attribution=" © X ").tiles_attribution == "© X"
    assert settings.read(tiles_attribution=attribution).tiles_url == ""


@pytest.mark.parametrize(
    "url",
    [
        "host=db password=my SECRET",
        "postgresql://u:SE CRET@db/x",
        "postgresql://u:SE%CRET@db/x",
        "postgresql://u:pa@SECRET@db/x",
        "postgresql://u:SECRET/@db/x",
        "postgresql://u:12/SECRET@db/x",
        "postgresql://u:12/SECRET@db",
        "postgresql://u:p@db:99999/SECRET",
        "postgresql://u:p@db/x?SECRET=1",
    ],
)
def test_a_database_address_that_cannot_be_read_is_not_quoted(url: str):
    with pytest.raises(errors.SettingsInvalid, match="database_url") as caught:
        settings.read(database_url=url)
    assert "SECRET" not in f"{caught.value.message} {caught.value.hint} {caught.value.__cause__}"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://",
        "postgres://db/x",
        "postgresql:///x?host=/var/run/postgresql&sslmode=require",
        "postgresql://u:p:q#r?s@db:5432/x",
        "postgresql://u:p%40q%2Fr%20s@db/x",
        "postgresql://u@one:1,two,[::1]:/x?target_session_attrs=read-write",
        "postgresql://%40abstract/x",
        "postgresql:///x?host=/run/some@where",
        "postgresql://u:p@db/x@y",
        "postgresql://db:5432/x%40y",
        "postgresql://db/x@y",
    ],
)
def test_any_database_address_that_can_be_read_is_taken(url: str):
    assert settings.read(database_url=url).database_url == url


def test_a_variable_with_a_typing_mistake_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PLIETSCH_DATABSE_URL", "postgresql://x")
    with pytest.raises(errors.SettingsInvalid, match="PLIETSCH_DATABSE_URL") as caught:
        settings.read()
    assert "PLIETSCH_DATABASE_URL" in caught.value.hint


def test_an_unknown_or_broken_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "plietsch.toml").write_text("htp_port = 9000\n")
    with pytest.raises(errors.SettingsInvalid, match="htp_port"):
        settings.read()
    (tmp_path / "plietsch.toml").write_text("this is = = no TOML")
    with pytest.raises(errors.SettingsInvalid, match=r"plietsch\.toml"):
        settings.read()
    monkeypatch.setenv("PLIETSCH_CONFIG", "nowhere.toml")
    with pytest.raises(errors.SettingsInvalid, match=r"nowhere\.toml"):
        settings.read()


def _document() -> str:
    return (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
