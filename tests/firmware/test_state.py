"""What a simulation remembers, whatever happens to its file."""

from pathlib import Path

import pytest

from plietsch.firmware.state import Course, NodeFlash, StateFile

EUI = "0270706c69657401"


def test_nonces_and_time_are_remembered(tmp_path: Path):
    path = tmp_path / "deep" / "state.json"
    first = StateFile(path)
    first.state.simulated_until_s = 1234.0
    NodeFlash(first, EUI).put("join", [6, 0])
    first.save()
    second = StateFile(path)
    assert second.state.simulated_until_s == 1234.0
    assert NodeFlash(second, EUI).get("join") == [6, 0]
    assert second.state.used_nonces(EUI) == {0, 1, 2, 3, 4, 5, 6}


def test_what_was_going_on_is_remembered(tmp_path: Path):
    first = StateFile(tmp_path / "state.json")
    first.state.course = Course("surge-2023", 7, 1234.5)
    first.save()
    assert StateFile(tmp_path / "state.json").state.course == Course("surge-2023", 7, 1234.5)


def test_nonces_since_the_last_save_are_remembered_but_for_one_torn_by_a_power_cut(tmp_path: Path):
    path = tmp_path / "state.json"
    first = StateFile(path)
    NodeFlash(first, EUI).put("join", [0, 100])
    first.save()
    NodeFlash(first, EUI).put("join", [1, 200])
    with (tmp_path / "state.json.nonces").open("a") as file:
        file.write(f'\n["{EUI}", [2, 3')
    again = StateFile(path)
    assert again.state.used_nonces(EUI) == {0, 1}
    NodeFlash(again, EUI).put("join", [2, 300])
    once_more = StateFile(path)
    assert once_more.state.used_nonces(EUI) == {0, 1, 2}
    once_more.save()
    assert not (tmp_path / "state.json.nonces").exists()
    assert StateFile(path).state.flash == {EUI: {"join": [2, 300]}}


def test_a_device_without_nonces_begins_anew(tmp_path: Path):
    states = StateFile(tmp_path / "state.json")
    assert NodeFlash(states, EUI).get("join") is None
    assert states.state.used_nonces(EUI) == set()


def test_what_a_node_keeps_is_kept_but_for_its_session(tmp_path: Path):
    states = StateFile(tmp_path / "state.json")
    flash = NodeFlash(states, EUI)
    for name, value in {"session": [1, 2], "counters": [3], "config": {"revision": 2}, "boots": 4}.items():
        flash.put(name, value)
        assert flash.get(name) == value
    assert not (tmp_path / "state.json").exists()
    states.save()
    assert StateFile(tmp_path / "state.json").state.flash == {EUI: {"config": {"revision": 2}, "boots": 4}}


def test_the_state_of_an_earlier_version_is_understood(tmp_path: Path):
    path = tmp_path / "state.json"
    path.write_text(f'{{"format": "plietsch-simulation/1", "simulated_until_s": 9.0, "last_nonces": {{"{EUI}": 2}}}}')
    assert StateFile(path).state.used_nonces(EUI) == {0, 1, 2}
    assert StateFile(path).state.simulated_until_s == 9.0


def test_whoever_is_interrupted_while_saving_leaves_the_old_state(tmp_path: Path):
    path = tmp_path / "state.json"
    NodeFlash(StateFile(path), EUI).put("join", [3, 0])
    (tmp_path / "state.json.new").write_text('{"format": "plietsch-sim')
    again = StateFile(path)
    assert again.state.flash == {EUI: {"join": [3, 0]}}
    NodeFlash(again, EUI).put("join", [4, 0])
    assert StateFile(path).state.flash == {EUI: {"join": [4, 0]}}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": "other/1"}', '{"format": "plietsch-simulation/1"}'])
def test_an_unreadable_state_is_kept_aside_and_said(tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture):
    path = tmp_path / "state.json"
    path.write_text(content)
    assert StateFile(path).state.flash == {}
    assert "state.json" in caplog.text
    assert not path.exists()
    assert (tmp_path / "state.json.unreadable").read_text() == content
