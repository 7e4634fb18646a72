"""One form per network address: every limit, lock, ban and check of a target uses it. Pure.

The same machine can be written in many ways: `192.0.2.1`, `::ffff:192.0.2.1`, `[::ffff:c000:201]:443`. What compares
addresses without this module can be avoided with another spelling, or hits everyone who shares a spelling.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")
_UNICAST = IPv6Network("2000::/3")
_HOUSEHOLD_BITS = 64
_METADATA = frozenset({IPv6Address("fd00:ec2::254"), IPv4Address("100.100.100.200")})
"""The metadata services of clouds that are not link-local: Amazon's over IPv6, and Alibaba's."""


def canonical_address(text: str) -> Address | None:
    """The address without brackets, port and zone, as IPv4 if it is mapped from it. None if `text` is no address."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def address_key(text: str) -> str:
    """The key that stands for one address: for IPv6 the /64 network, which is one household.

    Text that is no address, such as a test client's name, stands for itself.
    """
    address = canonical_address(text)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, _HOUSEHOLD_BITS), strict=False))
    return text if address is None else str(address)


def is_public(address: Address) -> bool:
    """Whether the address is one public machine. For IPv6: inside 2000::/3, without an embedded IPv4 address, because
    translators (64:ff9b::/96, 6to4, Teredo) lead into networks that the address does not show.
    """
    if isinstance(address, IPv6Address):
        return address in _UNICAST and address.is_global and not _embedded(address)
    return address.is_global and not address.is_multicast


def is_metadata(address: Address) -> bool:
    """Whether the address, or one that is embedded in it, is a machine's metadata service."""
    forms = [address, *(_embedded(address) if isinstance(address, IPv6Address) else ())]
    return any(form.is_link_local or form in _METADATA for form in forms)


def _embedded(address: IPv6Address) -> list[IPv4Address]:
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or address in _COMPATIBLE:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]
