"""The clock of a recording is continuous, wherever its own begins again."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watchparty_transcoder.source.continuous import continuous

VIDEO, AUDIO = 0, 1
FRAME, SOUND = 3600, 1920  # ticks of 1/90,000 s


@dataclass
class Packet:
    stream_index: int
    dts: int | None
    duration: int
    pts: int | None = None
    time_base: Fraction = Fraction(1, 90_000)


def part(begin: int, seconds: float, *, sound_after: int = 0) -> list[Packet]:
    """A recording of so many seconds, in the order in which a muxer writes it."""
    pictures = [Packet(VIDEO, begin + at, FRAME) for at in range(0, round(seconds * 90_000), FRAME)]
    sounds = [Packet(AUDIO, begin + at, SOUND) for at in range(sound_after, round(seconds * 90_000), SOUND)]
    return sorted([*pictures, *sounds], key=lambda packet: packet.dts or 0)


def times(packets: list[Packet], stream: int) -> list[int]:
    placed = continuous(packets, timed=frozenset((VIDEO, AUDIO)), leader=VIDEO)
    return [packet.dts or 0 for packet in placed if packet.stream_index == stream]


@given(
    st.lists(st.tuples(st.integers(0, 1 << 32), st.floats(1.0, 14.0)), min_size=1, max_size=4),
    st.integers(0, 20),
)
@example(parts=[(0, 11.25), (1_002_600, 1.0)], late=0)  # back by a little more than 0.1 s
def test_joined_parts_follow_each_other(parts: list[tuple[int, float]], late: int) -> None:
    """However the clock jumps, back or ahead, the picture continues without a gap and the sound stays with it."""
    joined: list[Packet] = []
    frames = 0
    ends = None
    for clock, seconds in parts:
        # a pause of less than ten seconds would stay, and a step back of less than 0.1 s in picture or sound
        stays = ends is not None and -9_000 - SOUND <= clock - ends <= 11 * 90_000
        new = part(clock + 20 * 90_000 if stays else clock, seconds)
        ends = max(packet.dts or 0 for packet in new if packet.stream_index == VIDEO) + FRAME
        frames += sum(packet.stream_index == VIDEO for packet in new)
        # a demuxer reports the last sounds of a part after the first pictures of the next one
        stragglers = [packet for packet in joined[max(0, len(joined) - late) :] if packet.stream_index == AUDIO]
        ahead = [packet for packet in new if packet.stream_index == VIDEO][:2]
        kept = [packet for packet in joined if packet not in stragglers]
        joined = [*kept, *ahead, *stragglers, *(packet for packet in new if packet not in ahead)]
    first = joined[0].dts or 0
    pictures = times(joined, VIDEO)
    assert [at - first for at in pictures] == [FRAME * number for number in range(frames)]


def test_sound_that_begins_late_stays_late() -> None:
    """Nothing jumps at the beginning of a stream."""
    assert times(part(900_000, 3, sound_after=108_000), AUDIO)[0] == 1_008_000


@pytest.mark.parametrize("offset", [-9 * 90_000, -95_000_000, 95_000_000])
def test_one_damaged_time_changes_nothing_else(offset: int) -> None:
    """A single packet is no new part; it is put where it belongs."""
    packets = part(0, 4)
    packets[50].dts = (packets[50].dts or 0) + offset
    stream = packets[50].stream_index
    step = FRAME if stream == VIDEO else SOUND
    assert all(later - earlier == step for earlier, later in pairwise(times(packets, stream)))


def test_a_pause_stays() -> None:
    """The picture of a film that stops for five seconds is held for five seconds."""
    pictures = times([*part(0, 2), *part(7 * 90_000, 2)], VIDEO)
    assert max(later - earlier for earlier, later in pairwise(pictures)) == 5 * 90_000 + FRAME


def test_parts_keep_their_own_sync() -> None:
    """Where the sound of a part begins before its picture, it still does after a jump."""
    second = part(500_000, 3)
    early = [Packet(AUDIO, 500_000 - 7 * SOUND + number * SOUND, SOUND) for number in range(7)]
    packets = [*part(9_000_000, 3), *early, *second]
    sounds, pictures = times(packets, AUDIO), times([*part(9_000_000, 3), *early, *part(500_000, 3)], VIDEO)
    first_of_second = pictures[75]
    assert first_of_second - pictures[74] == FRAME
    assert first_of_second in sounds


def test_the_last_pictures_of_a_part_are_kept() -> None:
    """Where the sound of the next part is stored before them: its jump follows the picture's own."""
    second = part(500_000, 3)
    early = [packet for packet in second if packet.stream_index == AUDIO][:2]
    first = part(9_000_000, 3)
    packets = [*first[:-3], *early, *first[-3:], *(packet for packet in second if packet not in early)]
    kinds = [packet.stream_index for packet in packets]
    placed = list(continuous(packets, timed=frozenset((VIDEO, AUDIO)), leader=VIDEO))
    pictures = [packet.dts or 0 for packet in placed if packet.stream_index == VIDEO]
    assert kinds.count(VIDEO) == 150
    assert pictures == [9_000_000 + FRAME * number for number in range(150)]
    assert early[0].dts == pictures[75]
