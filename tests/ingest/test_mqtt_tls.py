"""mosquitto behind TLS: whom the worker trusts, and who the worker is."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from ingest.certificates import Authority
from ingest.network import Published
from ingest.taking import Taking
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from ingest import network
from plietsch.ingest import address
from plietsch.ingest.address import Certificates
from plietsch.platform import errors, settings
from support.mosquitto import Mosquitto


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@contextmanager
def _broker(authority: Authority, folder: Path, *options: str) -> Iterator[str]:
    """The address of a mosquitto that speaks TLS."""
    if not Mosquitto.installed():
        pytest.skip("mosquitto is not installed: sudo apt install mosquitto")
    certificate, key = authority.sign("broker")
    broker = Mosquitto(folder, f"certfile {certificate}", f"keyfile {key}", *options)
    broker.start()
    try:
        yield broker.url.replace("mqtt:", "mqtts:")
    finally:
        broker.stop()


def _publish(url: str, certificates: Certificates, *messages: Published) -> None:
    broker = address.parse(url, certificates)
    publisher = Client(CallbackAPIVersion.VERSION2, "network-server")
    publisher.max_inflight_messages_set(1_000)
    publisher.tls_set_context(broker.tls)
    publisher.username_pw_set(broker.user, broker.password)
    publisher.connect(broker.host, broker.port)
    publisher.loop_start()
    for info in [publisher.publish(each.topic, each.payload, qos=1) for each in messages]:
        info.wait_for_publish(10)
    publisher.disconnect()
    publisher.loop_stop()


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_messages_come_through(authority: Authority, tmp_path: Path, version: str) -> None:
    """More of them than a TLS record or a read holds."""
    trusting = Certificates(authority.file)
    messages = [Published(network.topic(), b"%d" % n + bytes(1_300)) for n in range(2_000)]
    with _broker(authority, tmp_path, "allow_anonymous true") as url:
        with Taking(url, certificates=trusting, version=version) as taking:
            taking.receiving()
            _publish(url, trusting, *messages)
            assert taking.has(2_000).payloads == [each.payload for each in messages]
            taking.acknowledge()
        with Taking(url, certificates=trusting, version=version) as taking:
            taking.receiving()
            _publish(url, trusting, Published(network.topic(), b"next"))
            assert taking.has(1).payloads == [b"next"]


@pytest.mark.parametrize("trusted", ["another", "the system's"])
def test_a_broker_of_another_authority_is_refused(authority: Authority, tmp_path: Path, trusted: str) -> None:
    certificates = Certificates(Authority(tmp_path, "another").file) if trusted == "another" else None
    with (
        _broker(authority, tmp_path, "allow_anonymous true") as url,
        structlog.testing.capture_logs() as logged,
        Taking(url, certificates=certificates) as taking,
    ):
        taking.until(lambda: logged, "it is refused")
    assert logged[0]["log_level"] == "error"
    assert logged[0]["why"].startswith("the broker's certificate is not accepted: ")
    assert "PLIETSCH_BROKER_CA_FILE" in logged[0]["hint"]


def test_a_broker_for_another_host_is_refused(authority: Authority, tmp_path: Path) -> None:
    with (
        _broker(authority, tmp_path, "allow_anonymous true") as url,
        structlog.testing.capture_logs() as logged,
        Taking(url.replace("127.0.0.1", "localhost"), certificates=Certificates(authority.file)) as taking,
    ):
        taking.until(lambda: logged, "it is refused")
    assert "localhost" in logged[0]["why"]


def test_a_broker_that_wants_a_certificate(authority: Authority, tmp_path: Path) -> None:
    options = ("allow_anonymous true", "require_certificate true", f"cafile {authority.file}")
    with _broker(authority, tmp_path, *options) as url:
        with structlog.testing.capture_logs() as logged, Taking(url, certificates=Certificates(authority.file)) as none:
            none.until(lambda: logged, "it is refused")
        assert "PLIETSCH_BROKER_CERTIFICATE_FILE" in logged[0].get("hint", ""), logged
        own, key = authority.sign("worker")
        with Taking(url, certificates=Certificates(authority.file, own, key)) as taking:
            taking.receiving()
        both = tmp_path / "both.pem"
        both.write_bytes(own.read_bytes() + key.read_bytes())
        with Taking(url, certificates=Certificates(authority.file, both)) as taking:
            taking.receiving()


def test_user_and_password_over_tls(authority: Authority, tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    passwords.write_text("ingest:right/\n")
    subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True)
    trusting = Certificates(authority.file)
    with _broker(authority, tmp_path, "allow_anonymous false", f"password_file {passwords}") as url:
        with structlog.testing.capture_logs() as logged, Taking(url, certificates=trusting) as nobody:
            nobody.until(lambda: logged, "it is refused")
        assert "Not authorized" in logged[0]["why"]
        with Taking(url.replace("//", "//ingest:right%2F@"), certificates=trusting) as taking:
            taking.receiving()


def test_a_broker_without_tls_is_said(mosquitto: Mosquitto) -> None:
    with structlog.testing.capture_logs() as logged, Taking(mosquitto.url.replace("mqtt:", "mqtts:")) as taking:
        taking.until(lambda: logged, "it says so")
    assert logged[0]["why"]


class TestFiles:
    """What is wrong with files is said at the start."""

    def test_one_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(errors.SettingsInvalid, match=r"nowhere\.pem"):
            address.parse("mqtts://localhost", Certificates(tmp_path / "nowhere.pem"))

    def test_authorities_that_are_none(self, tmp_path: Path) -> None:
        file = tmp_path / "authority.pem"
        file.write_text("no certificate")
        with pytest.raises(errors.SettingsInvalid, match=r"authority\.pem"):
            address.parse("mqtts://localhost", Certificates(file))

    def test_a_key_that_does_not_belong(self, authority: Authority, tmp_path: Path) -> None:
        own, _ = authority.sign("worker")
        _, key = authority.sign("other")
        with pytest.raises(errors.SettingsInvalid, match="cannot be used together"):
            address.parse("mqtts://localhost", Certificates(None, own, key))

    def test_a_certificate_without_a_key(self, authority: Authority) -> None:
        own, _ = authority.sign("worker")
        with pytest.raises(errors.SettingsInvalid, match="cannot be used together"):
            address.parse("mqtts://localhost", Certificates(None, own))

    def test_a_key_without_a_certificate(self, authority: Authority) -> None:
        _, key = authority.sign("worker")
        with pytest.raises(errors.SettingsInvalid, match="without the certificate"):
            address.parse("mqtts://localhost", Certificates(None, None, key))

    def test_without_tls(self, authority: Authority) -> None:
        with pytest.raises(errors.SettingsInvalid, match="without TLS"):
            address.of(settings.Settings(broker_ca_file=authority.file))


@pytest.mark.parametrize(
    "url", ["http://x", "mqtt://", "mqtt://x:0", "mqtt://user:secret@x:eighty", "mqtt://user:secret@[x"]
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(errors.SettingsInvalid) as caught:
        address.parse(url)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_addresses() -> None:
    broker = address.parse("mqtts://a%40b:p%3Aw@[::1]")
    assert (broker.host, broker.port, broker.user, broker.password) == ("::1", 8883, "a@b", "p:w")
    assert str(broker) == "mqtts://[::1]:8883"
    assert str(address.parse("mqtt://broker.example.org")) == "mqtt://broker.example.org:1883"
