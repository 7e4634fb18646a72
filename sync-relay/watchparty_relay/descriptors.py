"""How many files and sockets this process may have open. Read once at start by whatever accepts connections."""

import resource

WANTED = 65_536
"""Enough for every connection that fits into memory; many systems start programs with 1,024."""


def raise_descriptor_limit() -> int:
    """Raises the limit as far as the system permits without privileges, up to `WANTED`; returns the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return WANTED if soft == resource.RLIM_INFINITY else soft
