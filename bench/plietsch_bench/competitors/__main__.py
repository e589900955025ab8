"""Run one competitor: `python -m plietsch_bench.competitors NAME ARGUMENTS`, the arguments being a JSON object."""

import json
import logging
import sys

import structlog

from plietsch.ingest.worker import collect_rarely
from plietsch_bench.competitors import live, receive, stations, store, write

COMPETITORS = {
    "ours": receive.ours,
    "paho_batches": receive.paho_batches,
    "paho_automatic": receive.paho_automatic,
    "aiomqtt": receive.with_aiomqtt,
    "worker": store.worker,
    "copy_same_rows": store.copy_same_rows,
    "row_by_row": store.row_by_row,
    "one_by_one": live.one_by_one,
    "writer": write.writer,
    "copy_observations": write.copy_observations,
    "copy_encoded": write.copy_encoded,
    "bare_asgi": stations.bare_asgi,
    "pydantic_model": stations.pydantic_model,
}

if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    # As the worker does; the others shall have no disadvantage from what is a setting of Python's.
    collect_rarely()
    COMPETITORS[sys.argv[1]](**json.loads(sys.argv[2]))
