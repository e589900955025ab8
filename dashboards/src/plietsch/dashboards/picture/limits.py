"""Names of limits: within the plot where they are short, in the key where they would cover what was measured."""

from collections.abc import Sequence

from plietsch.dashboards.picture.scene import Limit
from plietsch.dashboards.picture.sheet import SMALL, Sheet, width_of
from plietsch.dashboards.texts import Texts

# Of the sheet's width.
_MOST_WITHIN = 0.4


def within(limit: Limit, sheet: Sheet, texts: Texts) -> str:
    """What stands at the line: its value, and its name if that is short."""
    return f"{_value(limit, texts)} {limit.name}" if _is_short(limit, sheet, texts) else _value(limit, texts)


def apart(limits: Sequence[Limit], sheet: Sheet, texts: Texts) -> list[str]:
    """What the key says of those whose names are long."""
    return [f"{_value(limit, texts)}: {limit.name}" for limit in limits if not _is_short(limit, sheet, texts)]


def _is_short(limit: Limit, sheet: Sheet, texts: Texts) -> bool:
    written = f"{_value(limit, texts)} {limit.name}"
    return width_of(written, sheet.px(SMALL)) <= _MOST_WITHIN * sheet.size.width


def _value(limit: Limit, texts: Texts) -> str:
    return texts.number(limit.value, 0 if limit.value.is_integer() else 1)
