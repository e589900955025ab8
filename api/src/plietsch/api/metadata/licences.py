"""Licences by their SPDX identifiers: where their text stands, and whose data are under which."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Protocol

# What SPDX knows has a page there; a name that SPDX could not know has no address.
_SPDX = "https://spdx.org/licenses/{}.html"
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_LICENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "CC0-1.0": ("Creative Commons Zero 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        "CC-BY-4.0": ("Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/"),
        "CC-BY-SA-4.0": (
            "Creative Commons Attribution-ShareAlike 4.0",
            "https://creativecommons.org/licenses/by-sa/4.0/",
        ),
        "DL-DE-BY-2.0": ("Datenlizenz Deutschland – Namensnennung 2.0", "https://www.govdata.de/dl-de/by-2-0"),
        "DL-DE-ZERO-2.0": ("Datenlizenz Deutschland – Zero 2.0", "https://www.govdata.de/dl-de/zero-2-0"),
        "ODbL-1.0": ("Open Database License 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
        "ODC-By-1.0": ("Open Data Commons Attribution License 1.0", "https://opendatacommons.org/licenses/by/1-0/"),
        "PDDL-1.0": ("Public Domain Dedication and License 1.0", "https://opendatacommons.org/licenses/pddl/1-0/"),
    }
)


class Licensed(Protocol):
    """Something of a station."""

    @property
    def station(self) -> str: ...
    @property
    def licence(self) -> str: ...
    @property
    def attribution(self) -> str: ...


def of(sources: Iterable[Licensed]) -> list[dict[str, Any]]:
    """Each licence with its name and address, and which stations are under it, by whom to name."""
    found: dict[str, dict[str, list[str]]] = {}
    for each in sources:
        found.setdefault(each.licence, {}).setdefault(each.attribution, []).append(each.station)
    return [{**licence(identifier), "attributions": _named(found[identifier])} for identifier in sorted(found)]


def licence(identifier: str) -> dict[str, str | None]:
    """A licence: its identifier, its name, and where its text stands; null where nobody knows."""
    name, url = _LICENCES.get(identifier, (identifier, None))
    spdx = _SPDX.format(identifier) if _IDENTIFIER.fullmatch(identifier) else None
    return {"id": identifier, "name": name, "url": url or spdx, "spdx_url": spdx}


def _named(attributions: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    return [{"attribution": name, "stations": sorted(attributions[name])} for name in sorted(attributions)]
