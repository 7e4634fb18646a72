"""One form per network address: every limit, lock, ban and check of a target uses it. Pure.

The same machine can be written in many ways: `192.0.2.1`, `::ffff:192.0.2.1`, `[::ffff:c000:201]:443`. What compares
addresses without this module can be avoided with another spelling, or hits everyone who shares a spelling.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address

_ENDING_IN_IPV4 = tuple(map(IPv6Network, ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")))
"""IPv4-compatible, IPv4-translated, and the two networks of NAT64 (RFC 4291, 2765, 6052 and 8215)."""
_ISATAP = frozenset({0x5EFE, 0x0200_5EFE})
"""The third quarter of an address that ends in an IPv4 address (RFC 5214)."""
_RESERVED = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""Protocol assignments, the anycast of 6to4, and documentation, which Python takes for public (in part)."""
_UNICAST = IPv6Network("2000::/3")
_HOUSEHOLD_BITS = 64
_METADATA = frozenset(
    map(ip_address, ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"))
)
"""The services of clouds that are not link-local: Amazon's and Google's over IPv6, Alibaba's, Azure's, Oracle's."""


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
    if is_metadata(address) or any(address in network for network in _RESERVED):
        return False
    if isinstance(address, IPv6Address):
        return address in _UNICAST and address.is_global and not _embedded(address)
    return address.is_global and not address.is_multicast


def is_metadata(address: Address) -> bool:
    """Whether the address, or one that is embedded in it, is a machine's metadata service."""
    forms = [address, *(_embedded(address) if isinstance(address, IPv6Address) else ())]
    return any(form.is_link_local or form in _METADATA for form in forms)


def _embedded(address: IPv6Address) -> list[IPv4Address]:
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    isatap = int(address) >> 32 & 0xFFFF_FFFF in _ISATAP
    if isatap or any(address in network for network in _ENDING_IN_IPV4):
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]
