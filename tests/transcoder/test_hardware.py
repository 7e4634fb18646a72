"""Films on a machine that may have a graphics card are complete, whatever the card does."""

from dataclasses import replace
from pathlib import Path

import pytest

from fakes.graphics_card import Fault, ffmpeg_with_card
from transcoder.chunks import encoder
from transcoder.decoding import decode_video, segments
from transcoder.films import AAC, X264, audio, make, video
from transcoder.running import Outcome, transcode
from watchparty_transcoder.config import Limits
from watchparty_transcoder.errors import HardwareFailed
from watchparty_transcoder.plan.plan import make_plan, with_encoder
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.source.source import on_disk
from watchparty_transcoder.storage.layout import PLAN

pytestmark = pytest.mark.media

SECONDS = 66
RATE = 10


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cannot be copied (4:2:2); gets a fast pass, then a ladder of two chunks."""
    recipe = [*video("656x490", rate=str(RATE), seconds=SECONDS), *audio(SECONDS), *X264, "-pix_fmt", "yuv422p", *AAC]
    return make(tmp_path_factory.mktemp("film") / "film.mp4", recipe)


def check_complete(outcome: Outcome, *ladder: str) -> None:
    """Every rendition from the first frame to the last, under the expected names."""
    assert outcome.exit_code == 0, outcome.log
    assert outcome.kinds().count("finished") == 1
    assert outcome.last["warnings"] == []
    assert [each["playlist"] for each in outcome.last["renditions"]] == list(ladder)
    for playlist in ladder:
        assert len(decode_video(outcome.folder / playlist).times) == SECONDS * RATE
        assert all(path.is_file() for path, _ in segments(outcome.folder / playlist))


BY_CARD = ("v360/ladder-nvenc.m3u8", "v490/ladder-nvenc.m3u8")
BY_SOFTWARE = ("v360/ladder.m3u8", "v490/ladder.m3u8")


def with_card(film: Path, folder: Path, fault: Fault | None = None) -> Outcome:
    return transcode(
        film,
        folder / "out",
        WATCHPARTY_VIDEO_ENCODER="auto",
        WATCHPARTY_FFMPEG=str(ffmpeg_with_card(folder, fault)),
    )


def test_with_a_card(film: Path, tmp_path: Path) -> None:
    """Software encodes the fast pass, the card the ladder, after one trial; the chunks join."""
    outcome = with_card(film, tmp_path)
    check_complete(outcome, *BY_CARD)
    assert (tmp_path / "out/v360/fast.m3u8").is_file()
    assert not (tmp_path / "out/v360/ladder.m3u8").exists()


def test_without_a_card(film: Path, tmp_path: Path) -> None:
    """Requested but missing: software encodes the film, and the log says why, once for each encoder tried."""
    outcome = transcode(film, tmp_path / "out", WATCHPARTY_VIDEO_ENCODER="auto")
    if "ladder-" in outcome.log:  # this machine has a card
        return
    check_complete(outcome, *BY_SOFTWARE)
    for name in ("nvenc", "vaapi", "videotoolbox"):
        assert outcome.log.count(f"not encoding with {name}: ") == 1


@pytest.mark.parametrize("fault", ["mid-film", "other parameters"])
def test_a_card_that_fails_mid_film(film: Path, tmp_path: Path, fault: Fault) -> None:
    """Its second chunk fails, or would not join the first: software encodes the whole ladder, and only that."""
    outcome = with_card(film, tmp_path, fault)
    check_complete(outcome, *BY_SOFTWARE)
    assert outcome.log.count("going on with software: ") == 1
    assert outcome.log.count(" ultrafast ") == 2  # the fast pass, in two chunks
    assert not list(outcome.folder.glob("v*/ladder-nvenc*"))  # the output of the card until then
    playable = [event["playable_s"] for event in outcome.events if event["kind"] == "playable"]
    assert playable == sorted(playable)
    offered = {each["playlist"] for event in outcome.events for each in event.get("renditions", ())}
    assert not offered & set(BY_CARD)


def test_a_card_that_gets_stuck_mid_film(film: Path, tmp_path: Path) -> None:
    """A chunk that takes many times its duration is given up; the film recovers as from a failure."""
    plan = with_encoder(make_plan(probe(on_disk(film), Limits())), "nvenc")
    assert plan.video
    ladder = plan.video.passes[-1]
    stuck = replace(
        encoder(film, plan, tmp_path),
        ffmpeg=lambda: str(ffmpeg_with_card(tmp_path, "stuck")),
        limits=Limits(start_s=0.5, slowest=0.001),
    )
    with pytest.raises(HardwareFailed):
        stuck.encode_video(plan.video, ladder, ladder.renditions, ladder.chunks[0], lambda _: None)


def test_restarted_without_the_card(film: Path, tmp_path: Path) -> None:
    """A restarted run keeps its plan; if the card is gone by then, it falls back to software."""
    first = with_card(film, tmp_path)
    check_complete(first, *BY_CARD)
    out = tmp_path / "out"
    (out / ".state/finished.json").unlink()
    for marker in out.glob(".state/*/ladder-nvenc-*.done"):
        marker.unlink()
    for segment in out.glob("v*/ladder-nvenc-0000[1-9].m4s"):
        segment.unlink()
    assert "nvenc" in (out / PLAN).read_text()
    again = transcode(film, out)
    check_complete(again, *BY_SOFTWARE)
    assert "nvenc" not in (out / PLAN).read_text()
