"""The fourth stage, of a maker's device: what the maker's codec said, in place of bits that only the maker can read."""

from plietsch.dashboards.journey import telling
from plietsch.dashboards.journey.facts import Facts
from plietsch.dashboards.journey.telling import Fact, Stage, Telling
from plietsch.dashboards.texts import N_
from plietsch.platform import properties

_TITLE = N_("Decoded")
_CODEC = N_(
    "This device packs its numbers in a way of its maker's own. Behind the gateways, the network server checks the"
    " frame's signature and deciphers it; a small program of the maker's, the codec, then turns its bytes into fields"
    " with names."
)
_FIELDS = N_("Where the value stands among them, and in which unit, the file of the device type says.")


def of(facts: Facts, tell: Telling) -> Stage:
    """Where in the codec's words the value stood."""
    sentences = (tell.texts.translate(_CODEC), tell.texts.translate(_FIELDS))
    found = tuple(each for code in facts.value.channels for each in _places(code, facts, tell))
    return Stage("decoded", tell.texts.translate(_TITLE), sentences, facts=found)


def _places(code: str, facts: Facts, tell: Telling) -> list[Fact]:
    """The field of a property, and the unit of a number in it that names none itself."""
    told = facts.told.get(code)
    if told is None or not told.path:
        return []
    unit = properties.ALL[code].unit_symbol if told.unit is None and code in properties.ALL else told.unit
    texts = tell.texts
    named = f"{tell.short(code)}: " if len(facts.value.channels) > 1 else ""
    found = [Fact(named + texts.gettext("Field"), " / ".join(told.path))]
    if unit:
        found.append(Fact(named + texts.gettext("Unit"), unit))
    number = facts.beside.get(code)
    if number is not None:
        said = tell.amount(number, telling.unit_of(code, facts.value.unit_symbol if code == facts.value.code else ""))
        found.append(Fact(named + texts.gettext("Says"), said))
    return found
