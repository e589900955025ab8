"""What can go wrong with a question to the API, in the reader's language: one paragraph for each kind of problem."""

from typing import NamedTuple

from plietsch.api import problems
from plietsch.dashboards.texts import N_, Texts

_WHAT_TO_DO = {
    "parameter-unknown": N_(
        "The address takes no parameter of that name. It is refused rather than ignored, as the answer would be one to "
        "another question. `hint` lists those that it takes."
    ),
    "property-unknown": N_("No observed property has this code; `hint` lists all. `/api/v1/properties` explains them."),
    "parameter-invalid": N_(
        "`parameter` is its name, `hint` says what is allowed and how it is written. In an address, “+” has to be "
        "written %2B."
    ),
    "format-unavailable": N_("This address has other formats; `hint` lists them."),
    "not-acceptable": N_(
        "The header `Accept` names no format that this address has. Leave it out, or name one of those in `hint`."
    ),
    "cursor-gone": N_(
        "What was written since this cursor is no longer known change by change, or the database is another one. "
        "Download what you need anew, and go on from its `Plietsch-Complete-To`."
    ),
    "resource-unknown": N_("There is nothing of that name or number; `hint` says where all are listed."),
    "token-refused": N_(
        "The token is unknown, has expired or was withdrawn. Without one everything answers, too, less often."
    ),
    "address-too-long": N_("Ask for several things one after another, or for a whole region and choose afterwards."),
    "limit-reached": N_(
        "Wait for `Retry-After` seconds. Ask for much at once rather than often for little, or ask for a token."
    ),
    "not-ready": N_("The server was started a moment ago and gathers the newest values. Ask again in a second."),
    "region-unknown": N_("No region has this code; `hint` lists all."),
    "station-unknown": N_("No station has this code now. `/api/v1/stations` lists all; former codes lead on by 308."),
    "too-many-listeners": N_("As many listen to the live stream as one server takes. Wait for `Retry-After` seconds."),
    "too-busy": N_("Others wait for the same answer already. Wait for `Retry-After` seconds and ask again."),
    "too-slow": N_(
        "The answer took longer than 30 seconds. Ask for less: a shorter span, fewer stations, hourly means."
    ),
    "database-unavailable": N_("The database is away for a moment. Nothing is lost; ask again after `Retry-After`."),
    "internal": N_("This is our mistake. Please tell us when it was, and the request’s id of the answer."),
}


class Mistake(NamedTuple):
    """A kind of problem: its anchor on the page, status, name, the title as the API has it, and what to do."""

    anchor: str
    status: int
    name: str
    title: str
    what_to_do: str


def of(texts: Texts) -> list[Mistake]:
    """Every kind of problem, by status."""
    return [
        Mistake(
            f"problem-{kind.name}",
            int(kind.status),
            kind.name,
            kind.title,
            texts.translate(_WHAT_TO_DO[kind.name]) if kind.name in _WHAT_TO_DO else "",
        )
        for kind in sorted(problems.kinds(), key=lambda kind: (kind.status, kind.name))
    ]
