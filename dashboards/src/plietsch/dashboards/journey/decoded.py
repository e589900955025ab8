"""The fourth stage: from bits to numbers, and from the low bits of a time to a moment."""

from plietsch.dashboards.journey.facts import Facts, Frame
from plietsch.dashboards.journey.telling import Stage, Telling
from plietsch.dashboards.texts import N_
from plietsch.ingest import times
from plietsch.ingest.clock import Clock

_TITLE = N_("Decoded")
_SIGNED = N_(
    "Behind the gateways, the network server checks the frame's signature and deciphers it: nobody on the way could"
    " read or change it. Then its bits become numbers again, just the other way round."
)
_SHORT = N_(
    "Of the time, the frame carries only the last 16 bits of the seconds since 1970; they begin anew every 18 hours. Of"
    " all the moments with these bits, just one lies between %(before)s before the frame was heard and %(after)s after."
)
_LONG = N_("The frame carries the whole time, as the seconds since 1970: some of its readings are old.")
_COUNTED = N_(
    "The node did not know the time: it sent the seconds since it started. The newest reading in the frame counts as"
    " taken when it was heard, and the others as long before as their counts differ."
)
_BACK = N_(
    "The node's clock was wrong. The newest reading in the frame counts as taken when it was heard, and the others as"
    " long before as the same clock says."
)
_SPAN_S = 1 << 16


def of(facts: Facts, frame: Frame, tell: Telling) -> Stage:
    """How the frame was decoded."""
    sentences = (tell.texts.translate(_SIGNED), _time(frame, tell))
    return Stage("decoded", tell.texts.translate(_TITLE), sentences, sums=_sums(facts, frame, tell))


def _time(frame: Frame, tell: Telling) -> str:
    judged = frame.judged[frame.reading]
    if judged.clock is Clock.UNSET:
        return tell.texts.translate(_COUNTED)
    if judged.clock is not None:
        return tell.texts.translate(_BACK)
    if frame.decoded.wide:
        return tell.texts.translate(_LONG)
    before, after = tell.duration(times.BEFORE_S), tell.duration(times.AHEAD_S)
    return tell.texts.gettext(_SHORT, before=before, after=after)


def _sums(facts: Facts, frame: Frame, tell: Telling) -> tuple[str, ...]:
    """From the bits to the moment, with their numbers."""
    code = frame.decoded.readings[frame.reading].time_code
    moment_s = int(facts.value.measured_at.timestamp())
    shown = tell.day_and_clock(facts.value.measured_at).text
    if frame.judged[frame.reading].clock is not None:
        newest = frame.decoded.readings[-1].time_code
        passed_s = int(frame.heard.heard_at.timestamp()) - moment_s
        heard = tell.clock(frame.heard.heard_at, facts.value.measured_at).text
        return (f"{tell.number(newest, 0)} − {tell.number(code, 0)} → {tell.number(passed_s, 0)} s",
                f"{heard} − {tell.number(passed_s, 0)} s = {shown}")  # fmt: skip
    if frame.decoded.wide:
        return (f"{tell.number(code, 0)} s → {shown}",)
    whole = f"{tell.number(moment_s // _SPAN_S, 0)} × {tell.number(_SPAN_S, 0)} + {tell.number(code, 0)}"
    return (f"{whole} = {tell.number(moment_s, 0)}", f"{tell.number(moment_s, 0)} s → {shown}")
