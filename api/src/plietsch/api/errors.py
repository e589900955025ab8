"""What can be wrong with a question to the API. Nothing here knows HTTP: `problems` maps it to statuses.

PlietschError
├── AddressTooLong
├── CursorGone
├── LimitReached
├── NotAcceptable
├── ParameterInvalid
│   ├── FormatUnavailable
│   ├── ParameterUnknown
│   └── PropertyUnknown
├── RegionUnknown
├── ResourceUnknown
├── StationUnknown
├── TokenRefused
└── TooBusy
    ├── NotReady
    └── TooManyListeners
"""

from collections.abc import Iterable

from plietsch.platform.errors import PlietschError


class ParameterInvalid(PlietschError):
    """A parameter has a value that cannot be used."""

    def __init__(self, parameter: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.parameter = parameter


class ParameterUnknown(ParameterInvalid):
    """A parameter that the address does not take. Ignoring it would answer another question than was asked."""

    def __init__(self, parameter: str, known: Iterable[str]) -> None:
        hint = f"It takes: {', '.join(known) or 'none'}."
        super().__init__(parameter, f"This address takes no parameter {shown(parameter)}.", hint)


class PropertyUnknown(ParameterInvalid):
    """No observed property has this code."""

    def __init__(self, code: str, known: Iterable[str]) -> None:
        hint = f"Known are: {', '.join(known)}. Repeat the parameter to ask for several."
        super().__init__("property", f"There is no property {shown(code)}.", hint)


class FormatUnavailable(ParameterInvalid):
    """An address does not answer in the format that was named."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__("format", message, hint)


class NotAcceptable(PlietschError):
    """An address answers in none of the media types that the header Accept names."""


class CursorGone(PlietschError):
    """What was written since a cursor cannot be told any more."""

    def __init__(self, message: str) -> None:
        hint = "Download anew, and go on from its header Plietsch-Complete-To; or begin with since=beginning."
        super().__init__(message, hint)


class RegionUnknown(PlietschError):
    """No region has this code."""

    parameter = "region"

    def __init__(self, code: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no region {shown(code)}.", f"Known are: {', '.join(known) or 'none'}.")


class ResourceUnknown(PlietschError):
    """There is none of this name, or of this number."""


class StationUnknown(PlietschError):
    """No public station has this code, which stands in a parameter, or in the path."""

    def __init__(self, code: str, parameter: str | None = None) -> None:
        self.parameter = parameter
        super().__init__(f"There is no station {shown(code)}.", "GET /api/v1/stations lists every station with its id.")


class AddressTooLong(PlietschError):
    """An address names more than anybody reads."""

    def __init__(self, length_bytes: int, most_bytes: int) -> None:
        hint = "Ask for fewer stations at a time, or for all of them: a region, a box, or no filter at all."
        super().__init__(f"This address has {length_bytes} bytes, and {most_bytes} are read.", hint)


class TokenRefused(PlietschError):
    """A token that was shown does not count. To answer as if none had been shown would hide that."""

    def __init__(self, message: str) -> None:
        hint = "Send `Authorization: Bearer plt_…` with a token that is valid, as the operator of this site makes them"
        super().__init__(message, f"{hint}; or leave out the header: everything can be read without a token.")


class LimitReached(PlietschError):
    """Somebody asked more often than they may: `quota` times in `window_s` seconds; again in `wait_s`."""

    def __init__(self, policy: str, quota: int, window_s: int, wait_s: int) -> None:
        hint = (
            f"Ask again in {wait_s} s, as the header Retry-After says. One question answers for many stations and long"
            " times; /api/v1/changes and /api/v1/live tell what is new. With a token more is allowed: ask the operator."
        )
        super().__init__(f"These are more than {quota} requests in {window_s} seconds.", hint)
        self.policy = policy
        self.quota = quota
        self.wait_s = wait_s


class TooBusy(PlietschError):
    """Others wait for the same answer already."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "Try again in a few seconds.")


class NotReady(TooBusy):
    """What is kept in memory is not there yet: the API has just begun, or its database has."""

    def __init__(self) -> None:
        super().__init__("The newest values are being read.")


class TooManyListeners(TooBusy):
    """As many listen or wait as can: in all, or `most_each` from one address."""

    def __init__(self, most_each: int | None = None) -> None:
        if most_each is None:
            super().__init__("As many listen to the live stream as can.")
        else:
            super().__init__(f"From your address {most_each} listen or wait already; one can for many stations.")


def shown(value: str) -> str:
    """What somebody sent, fit to be shown to them: quoted, without control characters, at most 80 characters."""
    printable = "".join(c if c.isprintable() else "�" for c in value[:81])
    return f"“{printable[:80]}{'…' if len(printable) > 80 else ''}”"
