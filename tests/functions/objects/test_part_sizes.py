"""How a file is divided into parts."""

from hypothesis import given
from hypothesis import strategies as st

from watchparty_api.objects.s3_multipart import part_size, part_sizes

MIB = 2**20


@given(st.integers(1, 5 * 2**40))
def test_the_parts_of_every_file_are_allowed(size_bytes: int) -> None:
    """Parts are whole MiB of at least S3's minimum, at most as many as S3 allows, and together make up the file."""
    sizes = part_sizes(size_bytes)
    each = part_size(size_bytes)
    assert each >= 5 * MIB
    assert each % MIB == 0
    assert list(sizes) == list(range(1, len(sizes) + 1))
    assert len(sizes) <= 10_000
    assert sum(sizes.values()) == size_bytes
    assert all(size == each for number, size in sizes.items() if number < len(sizes))
    assert 0 < sizes[len(sizes)] <= each
