"""What a file says about itself is believed only as far as its frames agree."""

from pathlib import Path

import pytest

from transcoder.films import AAC, X264, audio, ffmpeg, make, video
from transcoder.probe import damaged_headers
from watchparty_transcoder.config import Limits
from watchparty_transcoder.plan.models import Facts, Plan
from watchparty_transcoder.plan.plan import make_plan
from watchparty_transcoder.probe.durations import SMALL_BYTES
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.source.source import on_disk

pytestmark = pytest.mark.media

SECONDS = 3
FILM = [*video("64x48", rate="25", seconds=SECONDS), *audio(SECONDS), *X264, *AAC]
DAY_S = 86_400
FRAGMENTED = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof"]


def facts_of(film: Path) -> Facts:
    return probe(on_disk(film), Limits())


def plan_of(film: Path) -> Plan:
    return make_plan(facts_of(film))


@pytest.mark.parametrize("factor", [0.0, 0.2, DAY_S / SECONDS])
@pytest.mark.parametrize("options", [[], ["-movflags", "+faststart"], ["-use_editlist", "0"]])
def test_mp4_headers_against_their_tables(factor: float, options: list[str], tmp_path: Path) -> None:
    """A film lasts as long as its samples, whether its headers say nothing, a part of it or a day."""
    film = make(tmp_path / "a.mp4", [*FILM, *options])
    damaged_headers.mp4_headers_say(film, factor)
    plan = plan_of(film)
    assert plan.duration_s == pytest.approx(SECONDS, abs=0.05)
    assert plan.warnings == ()


@pytest.mark.parametrize("says_s", [0.5, DAY_S])
@pytest.mark.parametrize("padded", [False, True], ids=["small", "large"])
def test_matroska_header_against_its_blocks(says_s: float, padded: bool, tmp_path: Path) -> None:
    """Also where the file is so large that reading all of it takes time."""
    film = make(tmp_path / "a.mkv", FILM)
    damaged_headers.matroska_says(film, says_s)
    if padded:
        damaged_headers.append_void(film, SMALL_BYTES)
    plan = plan_of(film)
    assert plan.duration_s == pytest.approx(SECONDS, abs=0.05)
    assert plan.warnings == ()


@pytest.mark.parametrize("says_s", [SECONDS, 10 + SECONDS], ids=["its length", "its end"])
def test_large_matroska_that_begins_late(says_s: float, tmp_path: Path) -> None:
    """Writers disagree whether its header holds the length or the end; the index decides."""
    whole, film = make(tmp_path / "whole.mkv", FILM), tmp_path / "a.mkv"
    ffmpeg("-itsoffset", "10", "-i", whole, "-c", "copy", "-copyts", "-avoid_negative_ts", "disabled", film)
    film.write_bytes(film.read_bytes().replace(b"DURATION", b"UNKNOWN_"))  # not every writer notes each track's end
    damaged_headers.matroska_says(film, says_s)
    damaged_headers.append_void(film, SMALL_BYTES)
    plan = plan_of(film)
    assert plan.container_origin_s == pytest.approx(10, abs=0.05)
    assert plan.duration_s == pytest.approx(SECONDS, abs=0.05)
    assert plan.warnings == ()


@pytest.mark.parametrize("begin_s", [0, 0.5, 200, 30_000])
def test_fragments_that_begin_late(begin_s: float, tmp_path: Path) -> None:
    """The clock of fragments may begin anywhere; it is subtracted once."""
    film = make(tmp_path / "a.mp4", [*FILM, *FRAGMENTED, "-video_track_timescale", "12800"])
    damaged_headers.fragments_begin_at(film, begin_s, timescales=[12_800, 48_000])
    plan = plan_of(film)
    assert plan.container_origin_s == pytest.approx(begin_s, abs=0.05)
    assert plan.duration_s == pytest.approx(SECONDS, abs=0.1)
    assert plan.warnings == ()


@pytest.mark.parametrize(
    ("delays", "expected_s"), [((0,), 2.0), ((1,), 2.0), ((2,), 0.4), ((3, 7), 1.0), ((1, 20), 3.0)]
)
def test_delays_of_a_gif(delays: tuple[int, ...], expected_s: float, tmp_path: Path) -> None:
    """As in every browser, a delay of less than two hundredths is ten; encoding uses the same times."""
    film = make(tmp_path / "a.gif", ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=2,format=rgb24"])
    damaged_headers.gif_delays(film, *delays)
    facts = facts_of(film)
    assert facts.duration_s == pytest.approx(expected_s, abs=0.001)
    assert facts.fed  # ffmpeg is given these times and does not read its own


@pytest.mark.parametrize("rate", ["24000/1001", "25", "30000/1001", "50"])
@pytest.mark.parametrize(
    ("name", "codec"), [("a.mpg", "mpeg1video"), ("a.vob", "mpeg2video"), ("a.ts", "libx264"), ("a.avi", "mpeg4")]
)
def test_constant_rate(rate: str, name: str, codec: str, tmp_path: Path) -> None:
    """A film of a constant rate keeps it, although libav's lowest rate is that of fields."""
    film = make(tmp_path / name, [*video("64x48", rate=rate, seconds=2), "-c:v", codec, "-pix_fmt", "yuv420p"])
    plan = plan_of(film)
    assert plan.video is not None
    assert str(plan.video.grid.rate) == rate


def test_fields_are_one_frame(tmp_path: Path) -> None:
    """Interlaced 50 fields per second are 25 frames, in a programme stream and in a transport stream."""
    fields = ["-vf", "tinterlace=interleave_top,fieldorder=tff", "-flags", "+ildct+ilme", "-c:v", "mpeg2video"]
    for name in ("a.mpg", "a.ts"):
        film = make(tmp_path / name, [*video("64x48", rate="50", seconds=2), *fields])
        plan = plan_of(film)
        assert plan.video is not None
        assert plan.video.grid.rate == 25


def test_missing_frames_keep_the_rate(tmp_path: Path) -> None:
    """The opposite: where frames are left out of a constant rate, that rate is needed to show the others in time."""
    left_out = ["-vf", "select='not(between(mod(n,30),3,12))'", "-fps_mode", "vfr"]
    film = make(tmp_path / "a.mp4", [*video("64x48", rate="30", seconds=4), *left_out, *X264])
    plan = plan_of(film)
    assert plan.video is not None
    assert plan.video.grid.rate == 30


@pytest.mark.parametrize("begin_s", [0, 100])
@pytest.mark.parametrize("container", ["mkv", "mp4"])
def test_chapters_are_on_the_films_clock(begin_s: int, container: str, tmp_path: Path) -> None:
    """Whatever the file's clock is; none begins or ends after the film."""
    chapters = tmp_path / "chapters"
    marks = [(0, 1), (1, 2), (2, 60), (70, 80)]
    chapters.write_text(
        ";FFMETADATA1\n"
        + "".join(
            f"[CHAPTER]\nTIMEBASE=1/1\nSTART={start + begin_s}\nEND={end + begin_s}\ntitle=c\n" for start, end in marks
        )
    )
    whole, film = tmp_path / f"whole.{container}", tmp_path / f"a.{container}"
    ffmpeg(*FILM, whole)
    late = ["-copyts", "-avoid_negative_ts", "disabled"] if begin_s else []
    ffmpeg(
        "-itsoffset", str(begin_s), "-i", whole, "-i", chapters, "-map", "0", "-map_chapters", "1", "-c", "copy",
        *late, film,
    )  # fmt: skip
    plan = plan_of(film)
    placed = [at for each in plan.chapters for at in (each.start_s, each.end_s)]
    assert placed == pytest.approx([0, 1, 1, 2, 2, SECONDS], abs=0.05)
    assert plan.warnings == ()
