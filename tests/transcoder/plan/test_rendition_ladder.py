"""Which renditions a film gets."""

from fractions import Fraction

import pytest

from watchparty_transcoder.plan import rendition_ladder, timeline
from watchparty_transcoder.plan.models import Grid


@pytest.fixture
def grid() -> Grid:
    return timeline.grid(Fraction(30), 60)


@pytest.mark.parametrize(
    ("short_side", "copied", "expected"),
    [
        (2160, None, (1080, 720, 480, 360)),
        (1080, None, (1080, 720, 480, 360)),
        (1080, 8e6, (720, 480, 360)),
        (1080, 17e6, (1080, 720, 480, 360)),
        (720, None, (720, 480, 360)),
        (576, None, (576, 360)),
        (800, None, (800, 480, 360)),
        (360, None, (360,)),
        (360, 5e5, ()),
        (180, None, (180,)),
        (241, None, (240,)),
    ],
)
def test_sides(short_side: int, copied: float | None, expected: tuple[int, ...]) -> None:
    """Never larger than the source, none close to the next lower one, none that the copy already provides."""
    assert rendition_ladder.short_sides(short_side, copied_bit_rate=copied) == expected


def test_portrait_gets_the_same_renditions(grid: Grid) -> None:
    """Renditions are chosen by the short side, in portrait and landscape alike."""
    landscape = rendition_ladder.ladder_renditions(grid, 1920, 1080, copied_bit_rate=None)
    portrait = rendition_ladder.ladder_renditions(grid, 1080, 1920, copied_bit_rate=None)
    assert [(rendition.name, rendition.height, rendition.width) for rendition in portrait] == [
        (rendition.name, rendition.width, rendition.height) for rendition in landscape
    ]
    assert [rendition.name for rendition in portrait] == ["v1080/ladder", "v720/ladder", "v480/ladder", "v360/ladder"]


def test_sides_are_even(grid: Grid) -> None:
    """4:2:0 requires even sides."""
    for rendition in rendition_ladder.ladder_renditions(grid, 1365, 767, copied_bit_rate=None):
        assert rendition.width % 2 == rendition.height % 2 == 0


def test_twice_the_frames_get_half_again_the_bits() -> None:
    """At 60 frames per second the cap is 1.5 times as high."""
    slow, fast = (timeline.grid(Fraction(rate), 60) for rate in (30, 60))
    for one, other in zip(
        rendition_ladder.ladder_renditions(slow, 1280, 720, copied_bit_rate=None),
        rendition_ladder.ladder_renditions(fast, 1280, 720, copied_bit_rate=None),
        strict=True,
    ):
        assert other.max_rate == one.max_rate * 1.5


def test_small_films_need_no_fast_pass(grid: Grid) -> None:
    """A ladder that ends at 480 lines is encoded as fast as a fast pass would be."""
    assert rendition_ladder.fast_renditions(grid, 854, 480) == ()
    assert [rendition.name for rendition in rendition_ladder.fast_renditions(grid, 1280, 720)] == [
        "v720/fast",
        "v360/fast",
    ]
