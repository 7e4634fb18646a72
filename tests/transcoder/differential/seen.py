"""What a decoder sees and hears of a file: its frames, its sound, its cues. Filled by `reference` and by `result`."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import cos, hypot, pi, sin

WIDTH, HEIGHT = 32, 18
"""The size to which every frame is scaled before anything is read from it."""
BITS = 8
CODE_TOP = HEIGHT * 4 // 5
"""The lines from here on show the frame's number."""
BLOCKS = ((1, 7), (9, 15), (17, 23), (25, 31))
"""Columns of the four coloured fields."""
BLOCK_LINES = (1, 4)
WHITE = 170
RATE = 48_000
LEVEL_S = 0.02
"""Loudness is compared in steps of this length."""
ROUNDED_S = 0.004
"""Containers count time in milliseconds, so pieces of sound that follow each other seem to overlap."""
SHORT_S = 0.002
"""Less than any frame lasts."""
GAP_S = 0.05
AGAIN_S = 0.3
"""A beep that follows another one so closely is the same."""


@dataclass(frozen=True, slots=True)
class Frame:
    time_s: float
    number: int
    luma: int
    blocks: tuple[tuple[int, int, int], ...]
    thumbnail: bytes  # RGB


@dataclass
class Picture:
    frames: list[Frame] = field(default_factory=list)
    ends_s: float = 0.0
    aspect: float = 1.0  # of the picture as displayed

    @property
    def flashes(self) -> list[float]:
        before = 0
        found = []
        for frame in self.frames:
            if frame.luma > WHITE >= before:
                found.append(round(frame.time_s, 3))
            before = frame.luma
        return found

    def before(self, at_s: float) -> "Picture":
        """Without what is shown from then on: a frame that was cut off looks different in each decoder."""
        return Picture([each for each in self.frames if each.time_s < at_s - SHORT_S], self.ends_s, self.aspect)


@dataclass
class Sound:
    """`channels`: samples at 48 kHz from the time 0 of the film, with silence where there are none."""

    channels: list["array[float]"] = field(default_factory=list)
    begins_s: float = 0.0
    gaps: list[tuple[float, float]] = field(default_factory=list)

    @property
    def ends_s(self) -> float:
        return len(self.channels[0]) / RATE if self.channels else 0.0

    @property
    def levels(self) -> list[float]:
        """The highest sample of each step, over all channels."""
        step = round(RATE * LEVEL_S)
        return [
            max(peak(channel[at : at + step]) for channel in self.channels)
            for at in range(0, len(self.channels[0]), step)
        ]

    def beeps(self) -> list[float]:
        """Where the sound becomes loud."""
        loudest = max((peak(each) for each in self.channels), default=0.0)
        if loudest < 0.02:
            return []
        step, found, loud_until = RATE // 500, [], -1.0
        for at in range(0, len(self.channels[0]), step):
            level = max(peak(channel[at : at + step]) for channel in self.channels)
            if level > loudest / 2:
                if at / RATE - loud_until > AGAIN_S:
                    found.append(round(at / RATE, 3))
                loud_until = at / RATE
        return found

    def tones(self, frequencies: Sequence[int], at_s: float, length_s: float) -> list[tuple[float, ...]]:
        """By channel: the amplitude of each frequency from `at_s` on (Goertzel's algorithm, as a plain sum)."""
        begin = round(at_s * RATE)
        return [
            tuple(amplitude(channel[begin : begin + round(length_s * RATE)], each) for each in frequencies)
            for channel in self.channels
        ]


def peak(samples: "array[float]") -> float:
    return max(max(samples), -min(samples)) if samples else 0.0  # noqa: PLW3301 - unpacking would copy


def amplitude(samples: "array[float]", frequency: int) -> float:
    if not samples:
        return 0.0
    turn = 2 * pi * frequency / RATE
    factor, before, last = 2 * cos(turn), 0.0, 0.0
    for sample in samples:
        before, last = last, sample + factor * last - before
    return 2 * hypot(last - before * cos(turn), before * sin(turn)) / len(samples)


@dataclass(frozen=True, slots=True)
class Cue:
    begin_s: float
    end_s: float
    text: str


@dataclass
class Seen:
    """`sounds`: each track as the listener's left and right, or as one channel for both."""

    picture: Picture | None = None
    sounds: list[Sound] = field(default_factory=list)
    texts: list[list[Cue]] = field(default_factory=list)
    chapters: list[tuple[float, str]] = field(default_factory=list)


def frame(time_s: float, rgb: bytes) -> Frame:
    """From a picture of WIDTH × HEIGHT."""
    line = WIDTH * 3
    number = 0
    for bit in range(BITS):
        at = (CODE_TOP + HEIGHT) // 2 * line + (bit * WIDTH // BITS + WIDTH // BITS // 2) * 3
        number |= (rgb[at + 1] > 128) << bit
    shown = rgb[: (CODE_TOP - 1) * line]
    blocks = tuple(_mean(rgb, columns) for columns in BLOCKS)
    return Frame(time_s, _from_gray(number), sum(shown) // len(shown), blocks, rgb)


def _mean(rgb: bytes, columns: tuple[int, int]) -> tuple[int, int, int]:
    pixels = [
        rgb[(line * WIDTH + column) * 3 :][:3]
        for line in range(*BLOCK_LINES)
        for column in range(columns[0] + 1, columns[1] - 1)
    ]
    red, green, blue = (sum(channel) // len(channel) for channel in zip(*pixels, strict=True))
    return red, green, blue


def _from_gray(code: int) -> int:
    number = 0
    while code:
        number ^= code
        code >>= 1
    return number


def placed(pieces: Sequence[tuple[float, "array[float]"]], channels: int) -> Sound:
    """Interleaved pieces, each with its time, at their places; what precedes the time 0 is left out."""
    joined = array("f")
    sound = Sound()
    began = False
    for time_s, samples in pieces:
        at = round(time_s * RATE) * channels
        if began and abs(at - len(joined)) <= ROUNDED_S * RATE * channels:
            at = len(joined)
        if at + len(samples) <= 0:
            continue
        if not began:
            sound.begins_s, began = max(0.0, time_s), True
        elif (at - len(joined)) / channels / RATE > GAP_S:
            sound.gaps.append((len(joined) / channels / RATE, time_s))
        if at > len(joined):
            joined.extend(array("f", bytes(4 * (at - len(joined)))))
        begin = max(0, len(joined) - at)  # what is there already is not replaced
        joined.extend(samples[begin:])
    sound.channels = [joined[channel::channels] for channel in range(channels)]
    return sound
