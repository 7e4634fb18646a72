"""Into which parts a file of a certain size is cut. Pure.

S3 wants at least 5 MiB in each but the last, and takes 10,000 at most.
"""

from __future__ import annotations

_MIB = 2**20
_LEAST_BYTES = 8 * _MIB
_MOST_PARTS = 9_000


def part_size(size_bytes: int) -> int:
    """Bytes of each part but the last, whole MiB."""
    needed = -(-size_bytes // _MOST_PARTS)
    return max(_LEAST_BYTES, -(-needed // _MIB) * _MIB)


def part_sizes(size_bytes: int) -> dict[int, int]:
    """Number, from 1 on → bytes, of every part."""
    each = part_size(size_bytes)
    count = -(-size_bytes // each)
    return {number: min(each, size_bytes - (number - 1) * each) for number in range(1, count + 1)}
