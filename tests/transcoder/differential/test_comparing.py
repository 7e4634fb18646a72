"""Every kind of difference is seen, and no difference where there is none: each test changes one thing."""

from array import array
from collections.abc import Callable
from dataclasses import replace
from math import pi, sin

import pytest

from transcoder.differential import comparing
from transcoder.differential.comparing import Loss
from transcoder.differential.seen import HEIGHT, RATE, WIDTH, Cue, Frame, Picture, Sound, frame, placed

STEP_S = 0.04
LENGTH_S = 2.0
FRAMES = round(LENGTH_S / STEP_S)
FLASHES = range(10, 13)
TONES = (400, 570)
BEEP_S = 0.4
COLOURS = ((200, 30, 30), (30, 200, 30), (30, 40, 200), (128, 128, 128))

Change = Callable[[list[Frame]], list[Frame]]


def film(change: Change = list) -> Picture:
    frames = [
        Frame(
            n * STEP_S, n, 220 if n in FLASHES else 90, ((255, 255, 255),) * 4 if n in FLASHES else COLOURS, bytes([n])
        )
        for n in range(FRAMES)
    ]
    return Picture(change(frames), LENGTH_S, 16 / 9)


def differences(result: Picture, *, copied: bool = False) -> str:
    found = comparing.pictures(result, film(), copied=copied, ends_s=LENGTH_S, numbered=True)
    return "; ".join(found)


@pytest.mark.parametrize("copied", [False, True])
def test_the_same_picture(copied: bool) -> None:
    """No difference."""
    assert differences(film(), copied=copied) == ""


def late(frames: list[Frame]) -> list[Frame]:
    return [replace(each, time_s=each.time_s + 0.05) for each in frames]


def one_missing(frames: list[Frame]) -> list[Frame]:
    return [replace(each, number=19) if each.number == 20 else each for each in frames]


def two_swapped(frames: list[Frame]) -> list[Frame]:
    return [replace(each, number={20: 21, 21: 20}.get(each.number, each.number)) for each in frames]


def wrong_colours(frames: list[Frame]) -> list[Frame]:
    return [replace(each, blocks=tuple((r, max(0, g - 20), b) for r, g, b in each.blocks)) for each in frames]


def no_flash(frames: list[Frame]) -> list[Frame]:
    return [replace(each, luma=90) for each in frames]


@pytest.mark.parametrize("copied", [False, True])
@pytest.mark.parametrize("change", [late, one_missing, two_swapped, wrong_colours, no_flash])
def test_a_changed_picture(change: Change, copied: bool) -> None:
    """Late, a frame less, two in the wrong order, another green, no flash."""
    assert differences(film(change), copied=copied)


def test_an_end_that_is_missing() -> None:
    """Also where every frame that is there is right."""
    cut = film(lambda frames: frames[:40])
    assert "ends at" in differences(replace(cut, ends_s=1.6))


def test_another_shape() -> None:
    """A squeezed picture."""
    assert "shape" in differences(replace(film(), aspect=4 / 3))


def test_half_the_frames_at_half_the_rate() -> None:
    """A frame that was shown long enough is missed."""
    assert "not shown" in differences(film(lambda frames: frames[::2]))


def sound(
    *, begin_s: float = 0.0, level: float = 0.4, silent: tuple[float, float] = (9, 9), swapped: bool = False
) -> Sound:
    channels = []
    for tone in reversed(TONES) if swapped else TONES:
        samples = array("f", bytes(4 * round(RATE * LENGTH_S)))
        for place in range(len(samples)):
            at_s = place / RATE - begin_s
            loud = level if BEEP_S <= at_s < BEEP_S + 0.12 else level / 6
            samples[place] = 0.0 if silent[0] <= at_s < silent[1] else loud * sin(2 * pi * tone * at_s)
        channels.append(samples)
    return Sound(channels)


EXPECTED = sound()


def heard(result: Sound) -> str:
    found = comparing.sounds(result, EXPECTED, copied=False, ends_s=LENGTH_S, tones=TONES)
    return "; ".join(found)


def test_the_same_sound() -> None:
    """No difference, and none of a few samples."""
    assert heard(EXPECTED) == ""
    assert heard(sound(begin_s=0.004)) == ""


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        (sound(begin_s=0.03), "beeps"),
        (sound(silent=(0.4, 0.55)), "beeps"),
        (sound(silent=(1.0, 1.1)), "loudness"),
        (sound(level=0.28), "tones"),
        (sound(swapped=True), "tones"),
        (Sound([EXPECTED.channels[0], array("f", bytes(4 * round(RATE * LENGTH_S)))]), "tones"),
    ],
    ids=["late", "no beep", "a hole", "quieter", "left is right", "one side silent"],
)
def test_a_changed_sound(changed: Sound, what: str) -> None:
    """Each is seen by the moments, the loudness or the tones of the channels."""
    assert what in heard(changed)


CUES = [Cue(0.3, 0.9, "one"), Cue(1.0, 1.7, "日本語　two")]


@pytest.mark.parametrize(
    "changed", [CUES[:1], [CUES[0], replace(CUES[1], text="日本語two")], [replace(CUES[0], begin_s=0.32), CUES[1]]]
)
def test_changed_cues(changed: list[Cue]) -> None:
    """One less, another text, another time."""
    assert list(comparing.texts(CUES, CUES)) == []
    assert list(comparing.texts(changed, CUES))


def test_changed_chapters() -> None:
    """Another time or another title."""
    marks = [(0.0, "One"), (0.8, "Two")]
    assert list(comparing.chapters(marks, marks)) == []
    assert list(comparing.chapters([(0.0, "One"), (0.81, "Two")], marks))
    assert list(comparing.chapters([(0.0, "One"), (0.8, "Three")], marks))


LOSS = Loss("sound_missing", 1.0, 2.0)


@pytest.mark.parametrize(
    "changed", [[], [LOSS, LOSS], [replace(LOSS, kind="picture_missing")], [replace(LOSS, begin_s=0.5)]]
)
def test_a_false_warning_and_a_missing_one(changed: list[Loss]) -> None:
    """Both are differences, and so is another kind or another time."""
    assert list(comparing.losses([LOSS], [LOSS])) == []
    assert list(comparing.losses(changed, [LOSS]))


def test_what_plain_ffmpeg_does_not_find_is_lost() -> None:
    """A hole in the sound, its early end, and a picture that ends early; nothing of a film that has everything."""
    whole = film()
    assert comparing.expected_losses(whole, [EXPECTED], LENGTH_S) == []
    holed = Sound(EXPECTED.channels, gaps=[(0.5, 1.2)])
    assert comparing.expected_losses(whole, [holed], LENGTH_S) == [Loss("sound_missing", 0.5, 1.2)]
    short = Sound([channel[: RATE // 2] for channel in EXPECTED.channels])
    assert comparing.expected_losses(whole, [short], LENGTH_S) == [Loss("sound_missing", 0.5, 2.0)]
    assert comparing.expected_losses(whole, [EXPECTED], 4.5) == [
        Loss("sound_missing", 2.0, 4.5),
        Loss("picture_missing", 2.0, 4.5),
    ]


@pytest.mark.parametrize("number", [0, 1, 2, 100, 255])
def test_numbers_are_read_from_the_frame(number: int) -> None:
    """The fields at the bottom are the number in Gray's code."""
    code = number ^ number >> 1
    lines = bytearray(WIDTH * HEIGHT * 3)
    for place in range(0, len(lines), 3):
        line, column = divmod(place // 3, WIDTH)
        if line >= HEIGHT * 4 // 5 and code >> (column * 8 // WIDTH) & 1:
            lines[place : place + 3] = b"\xff\xff\xff"
    assert frame(0.0, bytes(lines)).number == number


def test_sound_is_placed_by_its_times() -> None:
    """Silence fills a gap, which is listed; what precedes the film is left out."""
    one = array("f", [1.0]) * 4800
    heard_at = placed([(0.0, one), (0.1, one), (0.5, one)], 1)
    assert heard_at.gaps == [(0.2, 0.5)]
    assert heard_at.ends_s == pytest.approx(0.6)
    assert set(heard_at.channels[0][9600:24_000]) == {0.0}
