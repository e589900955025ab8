"""What a simulation remembers, whatever happens to its file."""

from pathlib import Path

import pytest

from plietsch.firmware.state import NodeStore, StateFile

EUI = "0270706c69657401"


def test_nonces_and_time_are_remembered(tmp_path: Path):
    path = tmp_path / "deep" / "state.json"
    first = StateFile(path)
    first.state.simulated_until_s = 1234.0
    NodeStore(first, EUI).put("dev_nonce", 6)
    second = StateFile(path)
    assert second.state.simulated_until_s == 1234.0
    assert NodeStore(second, EUI).get("dev_nonce") == 6
    assert second.state.used_nonces(EUI) == {0, 1, 2, 3, 4, 5, 6}


def test_a_device_without_nonces_begins_anew(tmp_path: Path):
    states = StateFile(tmp_path / "state.json")
    assert NodeStore(states, EUI).get("dev_nonce") is None
    assert states.state.used_nonces(EUI) == set()


def test_whoever_is_interrupted_while_saving_leaves_the_old_state(tmp_path: Path):
    path = tmp_path / "state.json"
    NodeStore(StateFile(path), EUI).put("dev_nonce", 3)
    (tmp_path / "state.json.new").write_text('{"format": "plietsch-sim')
    again = StateFile(path)
    assert again.state.last_nonces == {EUI: 3}
    NodeStore(again, EUI).put("dev_nonce", 4)
    assert StateFile(path).state.last_nonces == {EUI: 4}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": "other/1"}', '{"format": "plietsch-simulation/1"}'])
def test_an_unreadable_state_is_kept_aside_and_said(tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture):
    path = tmp_path / "state.json"
    path.write_text(content)
    assert StateFile(path).state.last_nonces == {}
    assert "state.json" in caplog.text
    assert not path.exists()
    assert (tmp_path / "state.json.unreadable").read_text() == content


def test_session_and_counters_are_kept_in_memory_only(tmp_path: Path):
    states = StateFile(tmp_path / "state.json")
    store = NodeStore(states, EUI)
    store.put("f_cnt_up", 5)
    assert store.get("f_cnt_up") == 5
    assert not (tmp_path / "state.json").exists()
