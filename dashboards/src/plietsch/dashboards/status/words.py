"""What the page says of each part: a sentence for each way in which it can be."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from plietsch.api.status.gathering import Api, Database, Ingest, Judge, Stations, Status
from plietsch.dashboards.station import cards
from plietsch.dashboards.texts import N_, Texts

_OVERALL = {
    "ok": N_("Everything is well"),
    "degraded": N_("The site works, but not all is well"),
    "unavailable": N_("The measurements cannot be reached at the moment"),
}
_DATABASE = {
    "ok": N_("Answers."),
    "unreachable": N_("Does not answer. Nothing is lost: what is measured meanwhile is stored as soon as it is back."),
    "not prepared": N_("Has not been prepared yet. Whoever runs this site has to do that."),
}
_INGEST = {
    "ok": N_("Arrive."),
    "late": N_("Have not arrived for a while."),
    "silent": N_("Have not arrived for more than a day."),
    "empty": N_("None has arrived yet."),
}
_JUDGE = {
    "ok": N_("Every value that arrived has been checked."),
    "absent": N_("Values are checked when they arrive, but not yet against each other."),
}
_API = {
    "ok": N_("Answers."),
    "starting": N_("Starts just now: the newest values appear in a moment."),
}
_UNKNOWN = N_("Nobody can tell at the moment.")


class Part(NamedTuple):
    """A part of the site: its name, whether all is well with it, what there is to say, and since when."""

    name: str
    is_well: bool
    sentence: str
    at: datetime | None = None


def heading(status: Status, texts: Texts) -> str:
    """How the whole is, in half a sentence."""
    return texts.translate(_OVERALL[status.status])


def parts(status: Status, texts: Texts) -> list[Part]:
    """Every part, the most important first."""
    said: list[tuple[str, Database | Ingest | Judge | Stations | Api, Callable[[], str]]] = [
        (N_("Measurements"), status.ingest, lambda: _told(_INGEST, status.ingest.status, texts)),
        (N_("Stations"), status.stations, lambda: _stations(status.stations, texts)),
        (N_("Checks of values"), status.judge, lambda: _judge(status.judge, texts)),
        (N_("Database"), status.database, lambda: _told(_DATABASE, status.database.status, texts)),
        (N_("Open data"), status.api, lambda: _told(_API, status.api.status, texts)),
    ]
    at = {N_("Measurements"): status.ingest.written_at}
    return [Part(texts.translate(name), part.status == "ok", sentence(), at.get(name)) for name, part, sentence in said]


def age(at: datetime, texts: Texts, now: datetime) -> str:
    """How long ago something was, as people say it."""
    return cards.ago(at, now, texts) or texts.translate(N_("just now"))


def _told(sentences: dict[str, str], state: str, texts: Texts) -> str:
    return texts.translate(sentences.get(state, _UNKNOWN))


def _judge(judge: Judge, texts: Texts) -> str:
    if judge.status != "behind":
        return _told(_JUDGE, judge.status, texts)
    minutes = (judge.behind_s or 0) // 60
    return texts.ngettext(
        "The oldest value that is still to be checked has waited for %(count)s minute.",
        "The oldest value that is still to be checked has waited for %(count)s minutes.",
        minutes,
    )


def _stations(stations: Stations, texts: Texts) -> str:
    if not stations.total:
        return texts.translate(_UNKNOWN if stations.status == "unknown" else N_("There is no station yet."))
    said = [texts.gettext("%(fresh)s of %(total)s say how it is now.", **_numbers(stations, texts))]
    if stations.late:
        said.append(texts.ngettext("%(count)s is late.", "%(count)s are late.", stations.late))
    if stations.silent:
        said.append(texts.ngettext("%(count)s is silent.", "%(count)s are silent.", stations.silent))
    return " ".join(said)


def _numbers(stations: Stations, texts: Texts) -> dict[str, str]:
    return {"fresh": texts.number(stations.fresh or 0, 0), "total": texts.number(stations.total or 0, 0)}
