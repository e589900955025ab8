"""B2: from the broker to a commit, and only then acknowledged."""

from collections import defaultdict

from plietsch_bench import events, measured, results, telegraf, wire
from plietsch_bench.plan import Plan, Progress
from plietsch_bench.results import Goal, Peer, Result
from plietsch_bench.world import World

_UNIT = "messages/s"
_CPU_UNIT = "values/CPU-second"
_WORKER, _ROWS, _TELEGRAF = "bench-worker", "bench-rows", "bench-telegraf"
# A commit for each row takes twenty times as long: a part of the backlog tells its rate as well. Telegraf gets all of
# it: it reads ahead of what it has stored, and what it has read beyond the end of the count would be held against it.
_ROWS_SHARE = 200


def run(world: World, plan: Plan, progress: Progress) -> Result:
    """Medians of the plan's repetitions, all competitors in each of them, each with a database of its own."""
    packets = wire.publish_packets(events.messages(plan.messages))
    found: defaultdict[str, list[float]] = defaultdict(list)
    program = telegraf.program()
    for repetition in range(plan.repetitions):
        clients = [_WORKER, _ROWS, *([_TELEGRAF] if program else [])]
        with world.broker(clients, packets) as broker:
            progress("B2 ours")
            _ours(world, plan, broker.url, found)
            progress("B2 limit")
            _limit(world, plan, found)
            progress("B2 a row at a time")
            _row_by_row(world, plan, broker.url, found)
            if program:
                progress("B2 Telegraf")
                _telegraf(world, plan, program, broker.url, found, repetition)
    return _result(plan, found, program)


def _ours(world: World, plan: Plan, broker_url: str, found: dict[str, list[float]]) -> None:
    with world.database() as url:
        before_s = world.database_cpu_s()
        told = measured.run(
            "worker", broker_url=broker_url, client_id=_WORKER, messages=plan.messages, database_url=url
        )
        database_s = world.database_cpu_s() - before_s
        stored = world.count(url, "observation")
    if stored != plan.messages * len(events.CHANNELS):
        raise measured.CompetitorFailed(f"The worker stored {stored} observations of {plan.messages} messages.")
    found["ours"].append(plan.messages / told["elapsed_s"])
    found["ours per cpu"].append(stored / told["cpu_s"])
    found["database cpu us"].append(database_s / plan.messages * 1e6)


def _limit(world: World, plan: Plan, found: dict[str, list[float]]) -> None:
    with world.database() as url:
        told = measured.run("copy_same_rows", database_url=url, messages=plan.messages)
    found["limit"].append(plan.messages / told["elapsed_s"])


def _row_by_row(world: World, plan: Plan, broker_url: str, found: dict[str, list[float]]) -> None:
    messages = max(1, plan.messages // _ROWS_SHARE)
    with world.database() as url:
        told = measured.run("row_by_row", broker_url=broker_url, client_id=_ROWS, messages=messages, database_url=url)
    found["rows"].append(messages / told["elapsed_s"])


def _telegraf(
    world: World, plan: Plan, program: str, broker_url: str, found: dict[str, list[float]], repetition: int
) -> None:
    with world.database() as url:
        log = world.folder / f"telegraf-{repetition}.log"
        stored = telegraf.store(program, broker_url, _TELEGRAF, plan.messages, url, log)
    found["telegraf"].append(stored.values / len(events.CHANNELS) / stored.elapsed_s)
    found["telegraf per cpu"].append(stored.values / stored.cpu_s)


def _result(plan: Plan, found: dict[str, list[float]], program: str | None) -> Result:
    figure, limit = results.middle(found["ours"]), results.middle(found["limit"])
    per_cpu = results.middle(found["ours per cpu"])
    absent = "" if program else "no telegraf on the PATH"
    other = results.peer(found["telegraf per cpu"], per_cpu, _CPU_UNIT, absent)
    return Result(
        "B2",
        f"{plan.messages} ChirpStack events from the broker to a commit of frame and six observations, then"
        " acknowledged; limit: COPY of the same rows into the same tables, a batch a transaction",
        figure,
        _UNIT,
        limit,
        {
            "a row at a time": results.peer(found["rows"], figure, _UNIT, "paho, json, a commit for each row"),
            "Telegraf": results.peer(found["telegraf"], figure, _UNIT, absent or "does not store the frames"),
            "Telegraf, by processor time": other,
        },
        [Goal("of the limit", 0.25, results.ratio(figure, limit)), _times_telegraf(other)],
        {
            "values a second": figure * len(events.CHANNELS),
            "values a second of the worker's processor time": per_cpu,
            "processor time of the database, µs a message": results.middle(found["database cpu us"]),
        },
        plan.repetitions,
    )


def _times_telegraf(other: Peer) -> Goal:
    return Goal("times Telegraf's values a second of processor time", 5, other.ratio)
