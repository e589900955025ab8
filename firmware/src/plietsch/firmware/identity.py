"""Who simulated devices are: EUIs, keys and registry entries, derived from a name so that every run agrees.

The keys protect nothing: whoever has the code has them. They serve simulated devices only.
"""

import hashlib
import uuid

from plietsch.firmware.network.events import DeviceInfo

# Locally administered, so that no manufacturer's block is touched (IEEE, guidelines for EUI-64).
DEV_EUI_PREFIX = bytes.fromhex("0270")
JOIN_EUI = "0270706c69657473"
NAMESPACE = uuid.UUID("6f0e2d4c-2f0b-5d4e-9a52-9d3c6f1b7a10")
APPLICATION = "plietsch"


def dev_eui(name: str) -> str:
    """Return the DevEUI of the device `name`, 16 lower-case hex digits."""
    return (DEV_EUI_PREFIX + hashlib.sha256(f"dev-eui/{name}".encode()).digest()[:6]).hex()


def app_key(name: str) -> bytes:
    """Return the AppKey of the device `name`."""
    return hashlib.sha256(f"app-key/{name}".encode()).digest()[:16]


def application_id() -> str:
    """Return the id of the application that all devices belong to."""
    return _id("application")


def device_info(name: str, kind: str = "fine-dust") -> DeviceInfo:
    """Return how ChirpStack would know the device `name`, whose node is of a kind."""
    return DeviceInfo(
        tenant_id=_id("tenant"),
        tenant_name="ChirpStack",
        application_id=application_id(),
        application_name=APPLICATION,
        device_profile_id=_id("profile" if kind == "fine-dust" else f"profile/{kind}"),
        device_profile_name=f"plietsch-{kind}",
        device_name=name,
        dev_eui=dev_eui(name),
    )


def _id(what: str) -> str:
    return str(uuid.uuid5(NAMESPACE, what))
