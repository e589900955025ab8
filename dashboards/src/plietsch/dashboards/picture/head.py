"""The head of a picture: its title, the word that nothing of it was measured, and what is shown."""

from plietsch.dashboards.picture.scene import Scene
from plietsch.dashboards.picture.sheet import LARGE, SIDE, SMALL, USUAL, Sheet, fitting, width_of, wrapped

# On a sheet that is lower than this, in letters of usual size, the values need the room of second rows.
_HIGH_ENOUGH = 380.0
_TITLE_ROW, _BADGE_ROW, _SUBTITLE_ROW = 24.0, 28.0, 17.0


def draw(sheet: Sheet, scene: Scene) -> float:
    """Write it; how far down the plot begins."""
    side, usual = sheet.px(SIDE), sheet.px(USUAL)
    room = sheet.size.width - 2 * side
    y = _title(sheet, scene, side, room)
    rows = wrapped(scene.subtitle, usual, room, 2 if _is_high(sheet) else 1)
    for number, row in enumerate(rows):
        sheet.write(side, y + sheet.px(22 + number * _SUBTITLE_ROW), row, usual, color=sheet.look.ink_soft)
    marks = 16 if scene.marks else 0
    return y + sheet.px(46 + marks + (len(rows) - 1) * _SUBTITLE_ROW)


def _title(sheet: Sheet, scene: Scene, side: float, room: float) -> float:
    """The title, and the badge beside it, or below it where both do not fit; where its last row stands."""
    large, y = sheet.px(LARGE), sheet.px(32)
    badge = width_of(scene.simulated, sheet.px(SMALL)) + sheet.px(36) if scene.simulated else 0.0
    if not _is_high(sheet):
        rows = [fitting(scene.title, large, room - badge, bold=True)]
    else:
        rows = wrapped(scene.title, large, room, 2, bold=True)
    for row in rows:
        sheet.write(side, y, row, large, bold=True)
        y += sheet.px(_TITLE_ROW)
    y -= sheet.px(_TITLE_ROW)
    end = width_of(rows[-1], large, bold=True)
    if scene.simulated and end + badge > room + 1:
        y += sheet.px(_BADGE_ROW)
        _badge(sheet, side + sheet.px(5), y - sheet.px(4), scene.simulated)
    elif scene.simulated:
        _badge(sheet, side + end + sheet.px(20), y - sheet.px(2), scene.simulated)
    return y


def _is_high(sheet: Sheet) -> bool:
    return sheet.size.height / sheet.scale >= _HIGH_ENOUGH


def _badge(sheet: Sheet, x: float, y: float, word: str) -> None:
    """That nothing of it was measured: told at first sight, as on the site."""
    look = sheet.look
    box = {
        "boxstyle": "round,pad=0.35,rounding_size=0.4",
        "facecolor": look.sand,
        "edgecolor": look.sand_rule,
        "linewidth": 1,
    }
    sheet.write(x, y, word, sheet.px(SMALL), color=look.sand_ink, bbox=box)
