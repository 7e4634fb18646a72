"""Every kind of upload ends as specified, which is checked by decoding the output."""

from pathlib import Path

import pytest

from transcoder.cases import CASES, Case
from transcoder.decoding import DecodedAudio, DecodedVideo, decode_audio, decode_video, offsets, read_master, segments
from transcoder.films import make
from transcoder.running import Outcome, transcode

pytestmark = pytest.mark.media

IN_SYNC_S = 0.040


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    chosen = CASES if metafunc.config.getoption("--media-full") else [case for case in CASES if case.fast]
    metafunc.parametrize("case", chosen, ids=lambda case: case.name)


def test_case(case: Case, tmp_path: Path) -> None:
    """A file becomes playable as it should look and sound, or fails with its code and a sentence."""
    source = tmp_path / case.file
    if callable(case.recipe):
        case.recipe(source)
    else:
        make(source, case.recipe)
    outcome = transcode(source, tmp_path / "out")
    if case.fails:
        assert (outcome.exit_code, outcome.last["kind"], outcome.last.get("code")) == (2, "failed", case.fails), (
            outcome.log
        )
        assert outcome.last["message"].endswith((".", "?"))
        assert not (outcome.folder / "master.m3u8").exists()
        return
    assert outcome.exit_code == 0, outcome.log
    assert outcome.last["kind"] == "finished"
    assert bool(outcome.last["warnings"]) == case.warned
    check_tracks(case, outcome)
    check_playlists(outcome)
    audio = check_audio(case, outcome) if case.languages else None
    video = check_video(case, outcome) if case.size else None
    if video and case.flashes:
        check_timing(case, video, audio)


def check_tracks(case: Case, outcome: Outcome) -> None:
    last = outcome.last
    assert [track["language"] for track in last["audio_tracks"]] == list(case.languages)
    assert [track["language"] for track in last["subtitle_tracks"]] == list(case.subtitles)
    assert (outcome.folder / last["poster"]).stat().st_size > 500
    for track in last["subtitle_tracks"]:
        text = (outcome.folder / track["file"]).read_text()
        assert "00:00:00.500 --> 00:00:02.000\n" in text
        assert "<i>Hello</i> &amp; goodbye" in text


def check_playlists(outcome: Outcome) -> None:
    """All files exist, all durations add up, and the master playlist names the announced renditions."""
    master = read_master(outcome.folder)
    announced = [rendition["playlist"] for rendition in outcome.last["renditions"]]
    if announced:
        assert [variant["URI"] for variant in master.variants] == announced
    for uri in {variant["URI"] for variant in master.variants} | {choice["URI"] for choice in master.media}:
        playlist = outcome.folder / uri
        assert playlist.read_text().rstrip().endswith("#EXT-X-ENDLIST")
        parts = segments(playlist)
        assert all(path.stat().st_size for path, _ in parts)
        assert sum(length for _, length in parts) == pytest.approx(outcome.last["duration_s"], abs=0.3)


def check_audio(case: Case, outcome: Outcome) -> DecodedAudio:
    decoded = [decode_audio(outcome.folder / track["playlist"]) for track in outcome.last["audio_tracks"]]
    for audio in decoded:
        assert audio.rate in (44_100, 48_000)
        assert audio.start_s < 0.025
        assert audio.duration_s == pytest.approx(outcome.last["duration_s"], abs=0.25)
    return decoded[0]


def check_video(case: Case, outcome: Outcome) -> DecodedVideo:
    *_, best = [each for each in outcome.last["renditions"] if each["codecs"].startswith("avc1")]
    assert (best["width"], best["height"]) == case.size
    assert best["source"] == case.source
    further = outcome.last["renditions"][outcome.last["renditions"].index(best) + 1 :]
    assert [(each["source"], (each["width"], each["height"])) for each in further] == [*case.further_copies]
    for rendition in outcome.last["renditions"]:
        decoded = decode_video(outcome.folder / rendition["playlist"])
        assert (decoded.width, decoded.height) == (rendition["width"], rendition["height"])
        assert decoded.times[0] == pytest.approx(0, abs=0.001)
        assert decoded.duration_s == pytest.approx(case.duration_s, abs=case.tolerance_s)
        assert not decoded.interlaced
        assert decoded.pixel_aspect == 1
        if rendition["source"] == "ladder":
            assert decoded.pixel_format == "yuv420p"
            assert decoded.colours == (1, 1, 1, 1)
            assert len(decoded.times) / decoded.duration_s <= case.at_most_fps
    return decoded


def check_timing(case: Case, video: DecodedVideo, audio: DecodedAudio | None) -> None:
    expected = [flash for flash in case.flash_times if flash < case.duration_s]
    assert video.flashes[: len(expected)] == pytest.approx(expected, abs=IN_SYNC_S)
    if audio is not None:
        assert max(map(abs, offsets(video, audio))) <= IN_SYNC_S
