"""Who asks, as far as counting needs to know: an IPv4 address, or an IPv6 network as one household or server has it."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

_IPV6_PREFIX = 64
# In a crowd, of which one may have thousands of households: a site's network, or as a provider gets them.
_WIDER_IPV6_PREFIX, _WIDER_IPV4_PREFIX = 48, 16
_KEPT = 16_384


class Networks:
    """Networks as the settings name them: separated by commas. Hashed as an object: a network's hash takes 2 µs."""

    def __init__(self, text: str) -> None:
        self._each = [ip_network(each) for each in filter(None, map(str.strip, text.split(",")))]

    def __contains__(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._each)


@lru_cache(maxsize=_KEPT)
def known(host: str, exempt: Networks) -> tuple[str, bool]:
    """What somebody at an address is counted as, and whether they are never refused.

    What is no address (the test of a server, a name) is counted as it is.
    """
    try:
        address = ip_address(host.partition("%")[0])  # a link-local address may have its interface behind it
    except ValueError:
        return host, False
    address = (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
    is_exempt = address in exempt
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_PREFIX), strict=False)), is_exempt
    return str(address), is_exempt


def wider(who: str) -> str:
    """The network around somebody as `known` names them; who has no address stays as they are.

    What stands behind a space, for what else they are counted, stays.
    """
    address, space, what = who.partition(" ")
    try:
        network = ip_network(address)
    except ValueError:
        return who
    prefix = _WIDER_IPV6_PREFIX if isinstance(network, IPv6Network) else _WIDER_IPV4_PREFIX
    return f"{network.supernet(new_prefix=prefix)}{space}{what}"
