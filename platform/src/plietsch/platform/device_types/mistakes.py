"""A mistake in a device type's file, and where it stands.

A place is the way to a member: names, and for arrays of tables numbers from 0. Parsers of TOML say nothing of lines
once they are done; but what ends with a whole statement is a document, too. So the file is read line by line, and what
is there for the first time stands where the statement begins that brought it.
"""

import tomllib
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

Place = tuple[str | int, ...]


class Mistake(NamedTuple):
    """What is wrong with a member, and what to do about it."""

    place: Place
    what: str
    advice: str

    @property
    def member(self) -> str:
        """The member's name, as the format's description has it."""
        names = "".join(f"[{name}]" if isinstance(name, int) else f".{name}" for name in self.place)
        return names.lstrip(".")


def lines(text: str) -> dict[Place, int]:
    """The line, from 1, of each member of a document that can be parsed."""
    found: dict[Place, int] = {(): 1}
    begun: list[str] = []
    first = 1
    for number, line in enumerate(text.splitlines(), 1):
        begun.append(line)
        if _is_empty(line) and first == number:
            first = number + 1
            continue
        try:
            document = tomllib.loads("\n".join(begun))
        except tomllib.TOMLDecodeError:
            continue  # an array or a text goes on in the next line
        for place in _places(document, ()):
            found.setdefault(place, first)
        first = number + 1
    return found


def line_of(place: Place, known: dict[Place, int]) -> int:
    """The line of a member, or of the nearest one around it that is there."""
    return next(known[place[:length]] for length in range(len(place), -1, -1) if place[:length] in known)


def _is_empty(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _places(value: Any, place: Place) -> Iterator[Place]:
    yield place
    if isinstance(value, dict):
        for name, member in cast(dict[str, Any], value).items():
            yield from _places(member, (*place, name))
    elif isinstance(value, list):
        for number, member in enumerate(cast(list[Any], value)):
            yield from _places(member, (*place, number))
