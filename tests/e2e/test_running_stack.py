"""A stack that runs, as `make demo` starts it: what it needs, what it survives, and who finds it."""

import re

import psutil

from support import local_stack, processes
from support.local_stack import Up
from support.wait import until


def test_the_whole_stack_needs_less_than_800_megabytes(running: Up):
    parts = processes.family(running.process.pid)
    server = _server(running)
    used = sum(part.memory_full_info().pss for part in {*parts, server, *server.children(recursive=True)})
    assert used < 800_000_000


def test_the_readmes_commands_find_its_database(running: Up):
    here = {"data_dir": str(running.folder / "data")}
    for command, expected in (
        ("ingest errors", "No message was refused"),
        ("ingest quarantine", "No message waits"),
        ("db migrate", "up to date"),
        ("device list", "flensburg"),
    ):
        shown = processes.run(*command.split(), settings=here)
        assert shown.returncode == 0, shown.stderr
        assert expected in shown.stdout
    assert re.search(r"\b[0-9a-f]{16}\b", shown.stdout)


def test_a_second_one_in_its_folder_is_refused(running: Up):
    second = processes.run("up", "--data-dir", str(running.folder / "data"), "--port", "0")
    assert second.returncode == 1
    assert "already running" in second.stderr
    assert running.site in second.stderr


def test_a_killed_worker_is_started_again(running: Up):
    before = running.newest()
    worker = next(part for part in processes.family(running.process.pid) if {"ingest", "run"} <= {*part.cmdline()})
    worker.kill()
    until(lambda: "ingest had ended" in running.log.read_text(), "the stack says so")
    until(lambda: running.newest() > before, "measurements go on", timeout_s=60)


def test_a_killed_database_is_started_again(running: Up):
    before = running.newest()
    _server(running).kill()
    until(lambda: "database had ended" in running.log.read_text(), "the stack says so")
    until(lambda: running.healthy() and running.newest() > before, "measurements go on", timeout_s=60)


def _server(stack: Up) -> psutil.Process:
    pid_file = local_stack.database(stack.folder).data / "postmaster.pid"
    return psutil.Process(int(pid_file.read_text().splitlines()[0]))
