"""Settings, read once at the edge: `PLIETSCH_…` variables first, then a TOML file, then the defaults here.

The file is `plietsch.toml` in the working directory, or the one that `PLIETSCH_CONFIG` names. `docs/settings.md` lists
every setting; a test holds the two against each other.
"""

import difflib
import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from plietsch.platform import errors

_DATABASE_URL = (
    "the address cannot be read. It looks like postgresql://user:password@host:5432/name; in each of these parts"
    " special characters stand URL-encoded: a space as %20, % as %25, / as %2F, : as %3A, @ as %40"
)
# The host as a Content-Security-Policy names one, and nothing in the rest that would end an address in a page.
_TILES_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?/[^\s;,'\"<>\\]+")


class Settings(BaseSettings):
    """What an operator can set. Fields are in the order of the way of the data."""

    model_config = SettingsConfigDict(env_prefix="PLIETSCH_", extra="forbid", hide_input_in_errors=True)

    broker_url: str = Field(
        "mqtt://127.0.0.1:1883",
        pattern=r"^mqtts?://",
        description="The MQTT broker to which ChirpStack publishes: mqtt://user:password@host:port.",
    )
    broker_client_id: str = Field(
        "plietsch-ingest",
        min_length=1,
        max_length=23,
        description="The ingest worker's MQTT client id. It names the broker's session: keep it stable.",
    )
    broker_ca_file: Path | None = Field(
        None, description="PEM file of the authorities that may vouch for the broker, instead of the system's."
    )
    broker_certificate_file: Path | None = Field(
        None, description="PEM file with the certificate that the worker shows the broker."
    )
    broker_key_file: Path | None = Field(
        None, description="PEM file with that certificate's key, unencrypted, where it is not in the same file."
    )
    mqtt_topic: str = Field(
        "application/+/device/+/event/+",
        min_length=1,
        # + stands for a whole level, # for all that follow.
        pattern=r"^(#|([^/+#]*|\+)(/([^/+#]*|\+))*(/#)?)$",
        description="The topic filter of the network server's events.",
    )
    mqtt_version: Literal["auto", "5", "3.1.1"] = Field(
        "auto", description="The MQTT version: 5, 3.1.1, or auto: 5 where the broker speaks it."
    )
    mqtt_share: str = Field(
        "",
        pattern=r"^[^/+#]*$",
        description="The group of workers that share the messages, each with a client id of its own (MQTT 5).",
    )
    ingest_http_port: int | None = Field(
        None, ge=0, le=65535, description="The port of the worker's /metrics and /healthz; 0 takes any free one."
    )
    database_url: str = Field(
        "postgresql://plietsch@127.0.0.1:5432/plietsch",
        pattern=r"^postgres(ql)?://",
        description="The PostgreSQL database, with or without TimescaleDB.",
    )
    http_host: str = Field("127.0.0.1", description="The address on which site, API and the worker's /metrics listen.")
    http_port: int = Field(8460, ge=0, le=65535, description="Their port; 0 takes any free one.")
    trusted_proxies: str = Field(
        "127.0.0.1,::1",
        description="Whose X-Forwarded-For and X-Forwarded-Proto count: addresses and networks, separated by commas.",
    )
    rate_limit: int = Field(
        600, ge=0, description="How many requests to the API an address has in a minute; 0: as many as it likes."
    )
    rate_limit_token: int = Field(
        6000, ge=0, description="How many a token has that may ask more (`plietsch token`); 0: as many as it likes."
    )
    rate_limit_exempt: str = Field(
        "127.0.0.0/8,::1",
        description="Who is told of the limit but never refused: addresses and networks, separated by commas.",
    )
    tiles_url: str = Field(
        "", description="Vector tiles below the map, in the Shortbread schema: https://host/{z}/{x}/{y}.pbf."
    )
    tiles_attribution: str = Field(
        "", validate_default=True, description="Whom the map names as the source of these tiles; needed with them."
    )
    contact: str = Field(
        "",
        pattern=r"^(|https?://[^\s<>\"']+|[^\s@<>\"']+@[^\s@<>\"']+\.[^\s@<>\"']+)$",
        description="Where users of the open data turn to: a mail address, or that of a page. `/developers` names it.",
    )
    data_dir: Path = Field(
        Path(".plietsch"), description="Where `plietsch up` keeps its database and the simulation's state."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least level that is logged."
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="Log lines for people (console) or for machines (json)."
    )

    @field_validator("database_url")
    @classmethod
    def _can_be_read(cls, database_url: str) -> str:
        from plietsch.platform import database  # only who is given an address pays for the driver

        if not database.usable(database_url):
            raise ValueError(_DATABASE_URL)
        return database_url

    @field_validator("trusted_proxies", "rate_limit_exempt")
    @classmethod
    def _names_networks(cls, networks: str) -> str:
        for each in filter(None, map(str.strip, networks.split(","))):
            try:
                ip_network(each)
            except ValueError as error:
                raise ValueError(f"{each} is no address and no network such as 10.0.0.0/8 or fd00::/8") from error
        return networks

    @field_validator("tiles_url")
    @classmethod
    def _names_tiles(cls, url: str) -> str:
        places = ("{z}", "{x}", "{y}")
        if url and not (_TILES_URL.fullmatch(url) and all(url.count(place) == 1 for place in places)):
            raise ValueError("it has to look like https://host/{z}/{x}/{y}.pbf")
        return url

    @field_validator("tiles_attribution")
    @classmethod
    def _tiles_have_a_source(cls, attribution: str, info: ValidationInfo) -> str:
        if info.data.get("tiles_url") and not attribution.strip():
            raise ValueError("whoever shows tiles has to say whose they are, as in: © OpenStreetMap contributors")
        return attribution.strip()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then variables, then the TOML file."""
        toml_file = Path(os.environ.get("PLIETSCH_CONFIG", "plietsch.toml"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file)


def read(**overrides: object) -> Settings:
    """The settings of this process; what is None in the overrides counts as not given.

    Raises errors.SettingsInvalid, naming each setting and what is wrong with it.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    config = os.environ.get("PLIETSCH_CONFIG")
    if config and not Path(config).is_file():
        raise errors.SettingsInvalid(f"PLIETSCH_CONFIG names {config}, which is not there.")
    _refuse_unknown_variables()
    try:
        return Settings(**given)  # pyright: ignore[reportArgumentType] the fields are checked by pydantic itself
    except ValidationError as error:
        raise errors.SettingsInvalid(_explain(error), "docs/settings.md describes every setting.") from error
    except ValueError as error:  # tomllib's own: the file is not TOML
        raise errors.SettingsInvalid(f"{config or 'plietsch.toml'} cannot be read: {error}") from error


def _refuse_unknown_variables() -> None:
    """A variable with a typing mistake would otherwise be a setting that is silently not there."""
    known = {f"PLIETSCH_{name.upper()}" for name in Settings.model_fields} | {"PLIETSCH_CONFIG"}
    for name in os.environ:
        if name.startswith("PLIETSCH_") and not name.startswith("PLIETSCH_TEST_") and name not in known:
            nearest = difflib.get_close_matches(name, known, n=1)
            hint = f"Was {nearest[0]} meant?" if nearest else "docs/settings.md describes every setting."
            raise errors.SettingsInvalid(f"No setting is called {name}.", hint)


def _explain(error: ValidationError) -> str:
    lines = (f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors(include_url=False))
    return "These settings cannot be used:\n  " + "\n  ".join(lines)
