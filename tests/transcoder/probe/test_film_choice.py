"""Of several pictures in a file the film is chosen, with the sound that belongs to it."""

from pathlib import Path

import pytest

from transcoder.films import AAC, X264, audio, make, video
from watchparty_transcoder.config import Limits
from watchparty_transcoder.plan.models import Facts
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.source.source import on_disk

pytestmark = pytest.mark.media

SECONDS = 2
FILM = video("64x48", rate="25", seconds=SECONDS)
STILL = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=1:d=1"]
LARGER = video("128x96", rate="25", seconds=SECONDS)
MPEG2 = ["-c:v", "mpeg2video", "-b:v", "1M", "-c:a", "mp2"]
VP8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libvorbis"]


def facts_of(film: Path) -> Facts:
    return probe(on_disk(film), Limits())


def width(facts: Facts) -> int:
    assert facts.video is not None
    return facts.video.width


@pytest.mark.parametrize("still_first", [False, True])
@pytest.mark.parametrize("still_is_default", [False, True])
@pytest.mark.parametrize(("name", "codecs"), [("a.webm", VP8), ("a.mkv", [*X264, *AAC]), ("a.mp4", [*X264, *AAC])])
def test_a_still_is_not_the_film(
    name: str, codecs: list[str], still_is_default: bool, still_first: bool, tmp_path: Path
) -> None:
    """However large it is, wherever it is, and whichever of both is marked as the default."""
    inputs, still = ([*STILL, *FILM], 0) if still_first else ([*FILM, *STILL], 1)
    marked = still if still_is_default else 1 - still
    film = make(
        tmp_path / name,
        [*inputs, *audio(SECONDS), "-map", "0:v", "-map", "1:v", "-map", "2:a", *codecs,
         f"-disposition:v:{marked}", "default", f"-disposition:v:{1 - marked}", "0"],
    )  # fmt: skip
    assert width(facts_of(film)) == 64


def test_the_larger_of_two_films(tmp_path: Path) -> None:
    """Where both move and have the same sound, and neither is the default."""
    both = [*FILM, *LARGER, *audio(SECONDS), "-map", "0", "-map", "1", "-map", "2", *X264, *AAC]
    film = make(tmp_path / "a.mkv", [*both, "-disposition:v:0", "0", "-disposition:v:1", "0"])
    assert width(facts_of(film)) == 128


@pytest.mark.parametrize("stamped", [False, True])
@pytest.mark.parametrize("silent_is_larger", [True, False])
def test_sound_of_the_same_programme(silent_is_larger: bool, stamped: bool, tmp_path: Path) -> None:
    """A broadcast holds several programmes: picture and sound are of one, and one with sound is preferred."""
    first, second = (FILM, LARGER) if silent_is_larger else (LARGER, FILM)
    sounds = [*audio(SECONDS), *audio(SECONDS, layout="mono")]
    programmes = ["-program", "title=one:st=0:st=2", "-program", "title=two:st=1"]
    if not silent_is_larger:
        programmes = ["-program", "title=one:st=0:st=2", "-program", "title=two:st=1:st=3"]
    film = make(
        tmp_path / "a.ts",
        [*first, *second, *sounds, "-map", "0", "-map", "1", "-map", "2",
         *([] if silent_is_larger else ["-map", "3"]), *MPEG2, *programmes],
    )  # fmt: skip
    if stamped:  # by a recorder, before each packet
        plain = film.read_bytes()
        film.write_bytes(b"".join(b"\0\0\0\0" + plain[at : at + 188] for at in range(0, len(plain), 188)))
    facts = facts_of(film)
    assert width(facts) == (64 if silent_is_larger else 128)
    assert [each.channels for each in facts.audio] == [2]
