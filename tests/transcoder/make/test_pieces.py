"""Pieces leave the machine to what viewers wait for."""

import threading
from concurrent.futures import ThreadPoolExecutor

from fakes.waiting import eventually
from watchparty_transcoder.make.pieces import waits_for_sound
from watchparty_transcoder.mp4.segment import MissingPart, StoredSegment


def segment(rendition: str, number: int) -> StoredSegment:
    return StoredSegment(rendition, number, duration_s=4, size=1, frames=96, begin=number, end=number + 1)


def test_a_copy_pauses_until_the_sound_lets_viewers_begin() -> None:
    """It pauses when each of its streams has a first segment, not before, and goes on once the film is playable."""
    begun = threading.Event()
    reported: list[StoredSegment | MissingPart] = []
    pausing = waits_for_sound(reported.append, 2, begun)
    opening = [segment("a1/copy", 0), segment("a1/copy", 1), segment("v1080/copy", 0)]
    rest = [segment("v1080/copy", 1), segment("a1/copy", 2)]
    with ThreadPoolExecutor(1) as pool:
        copying = pool.submit(lambda: [pausing(each) for each in [*opening, *rest]])
        eventually("both streams have begun", lambda: len(reported) >= len(opening))
        assert not copying.done()
        assert reported == opening
        begun.set()
        copying.result()
    assert reported == [*opening, *rest]
