"""B1: receive a backlog, decode it, acknowledge it; nothing is stored."""

from collections import defaultdict

from plietsch_bench import events, measured, results, wire
from plietsch_bench.plan import Plan, Progress
from plietsch_bench.results import Goal, Result
from plietsch_bench.world import World

# Who receives, and how much of the backlog: whoever is ten times slower than the others need not take all of it.
_OTHERS = {
    "limit": ("paho_batches", {}),
    "paho, automatic acknowledgement": ("paho_automatic", {}),
    "our source without decoding": ("ours", {"decoded": False}),
}
_UNIT = "messages/s"


def run(world: World, plan: Plan, progress: Progress) -> Result:
    """Medians of the plan's repetitions, all competitors in each of them."""
    packets = wire.publish_packets(events.messages(plan.messages))
    competitors = {"ours": ("ours", {"decoded": True}), **_OTHERS}
    rates: defaultdict[str, list[float]] = defaultdict(list)
    cpu_us: list[float] = []
    for _ in range(plan.repetitions):
        with world.broker([_client_id(name) for name in competitors], packets) as broker:
            for name, (competitor, arguments) in competitors.items():
                progress(f"B1 {name}")
                told = measured.run(
                    competitor, broker_url=broker.url, client_id=_client_id(name), messages=plan.messages, **arguments
                )
                rates[name].append(plan.messages / told["elapsed_s"])
                if name == "ours":
                    cpu_us.append(told["cpu_s"] / plan.messages * 1e6)
    figure, limit = results.middle(rates["ours"]), results.middle(rates["limit"])
    automatic = results.peer(rates["paho, automatic acknowledgement"], figure, _UNIT)
    alone = results.peer(rates["our source without decoding"], figure, _UNIT)
    return Result(
        "B1",
        f"{plan.messages} ChirpStack events, QoS 1, received, decoded to observations and acknowledged, not stored;"
        " limit: paho-mqtt with manual acknowledgement in batches, nothing decoded",
        figure,
        _UNIT,
        limit,
        {"paho, automatic acknowledgement": automatic, "our source without decoding": alone},
        [
            Goal("of the limit", 0.9, results.ratio(figure, limit)),
            Goal("times paho with automatic acknowledgement", 1.3, automatic.ratio),
        ],
        {"processor time of ours, µs a message": results.middle(cpu_us)},
        plan.repetitions,
    )


def _client_id(name: str) -> str:
    return "bench-" + "".join(letter for letter in name if letter.isalnum())[:16]
