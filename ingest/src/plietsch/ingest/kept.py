"""Messages that are kept as they came: with what was wrong with them, or until their sender is registered."""

from collections.abc import Sequence
from typing import Any, LiteralString

from plietsch.ingest import messages
from plietsch.ingest.database import QUERIES, Connection
from plietsch.ingest.interpret import Outcome, Problem


def keep(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    """Keep what needs to be kept of a batch, and let go what was tried once more and is stored now."""
    _count(connection, QUERIES["store_error"], [_error(o, o.problem) for o in outcomes if o.problem])
    _count(connection, QUERIES["store_quarantined"], [_quarantined(o) for o in outcomes if o.quarantined])
    if retried := [outcome for outcome in outcomes if outcome.message.retried]:
        parameters = {
            "no_longer_unknown": [messages.message_id(o.message) for o in retried if not o.quarantined],
            "no_longer_wrong": [messages.message_id(o.message) for o in retried if not o.problem],
        }
        connection.execute(QUERIES["delete_mended"], parameters)


def _count(connection: Connection, query: LiteralString, rows: list[dict[str, Any]]) -> None:
    if rows:
        # In one order: two workers that count the same messages then cannot wait for each other.
        rows.sort(key=lambda row: row["message_id"])
        with connection.cursor() as cursor:
            cursor.executemany(query, rows)


def _error(outcome: Outcome, problem: Problem) -> dict[str, Any]:
    detail = _text(problem.detail)
    return {**_envelope(outcome), "reason": problem.reason.value, "detail": detail, "device_id": outcome.device_id}


def _quarantined(outcome: Outcome) -> dict[str, Any]:
    return {**_envelope(outcome), "dev_eui": outcome.dev_eui}


def _envelope(outcome: Outcome) -> dict[str, Any]:
    message = outcome.message
    return {
        "message_id": messages.message_id(message),
        "topic": _text(message.topic),
        "payload": message.payload,
        "at": message.received_at,
        # Trying it once more is not hearing it once more.
        "seen": 0 if message.retried else 1,
    }


def _text(text: str) -> str:
    """PostgreSQL's text holds any character but NUL, and no half of a surrogate pair."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
