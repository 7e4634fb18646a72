"""A stream is copied completely or not at all: if a copy stops midway, that stream is encoded instead."""

from pathlib import Path

import pytest

from transcoder.decoding import decode_audio, segments
from transcoder.films import AAC, FAST_START, X264, audio, make, video
from transcoder.running import Outcome, transcode

pytestmark = pytest.mark.media

SIZES_HEADER_BYTES = 16  # of stsz (ISO 14496-12): name, version and flags, common size, count
IMPOSSIBLE = 0x7FFF_FFFF


def damage_an_audio_sample(film: Path) -> None:
    """Gives it an impossible size, which libav treats as the end of the file."""
    content = bytearray(film.read_bytes())
    sizes = content.rindex(b"stsz")  # of the audio, whose track is the last
    count = int.from_bytes(content[sizes + 12 : sizes + SIZES_HEADER_BYTES], "big")
    entry = sizes + SIZES_HEADER_BYTES + 4 * (count // 2)
    content[entry : entry + 4] = IMPOSSIBLE.to_bytes(4, "big")
    film.write_bytes(content)


def test_audio_that_ends_too_early_is_encoded_instead(tmp_path: Path) -> None:
    """The film plays, with audio up to its end, instead of failing."""
    film = make(tmp_path / "film.mp4", [*video("160x90", seconds=3), *audio(3), *X264, *AAC, *FAST_START])
    whole = transcode(film, tmp_path / "whole")
    assert [track["playlist"] for track in whole.last["audio_tracks"]] == ["a0/copy.m3u8"]
    damage_an_audio_sample(film)
    outcome = transcode(film, tmp_path / "out")
    assert (outcome.exit_code, outcome.last["kind"]) == (0, "finished"), outcome.log
    assert [track["playlist"] for track in outcome.last["audio_tracks"]] == ["a0/aac.m3u8"]
    assert outcome.last["duration_s"] == pytest.approx(whole.last["duration_s"], abs=0.1)


B_FRAMES = ["-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-pix_fmt", "yuv420p"]


def sources(outcome: Outcome) -> tuple[set[str], list[str]]:
    """Of the video renditions, and the names of the audio tracks."""
    last = outcome.last
    return {each["source"] for each in last["renditions"]}, [each["playlist"] for each in last["audio_tracks"]]


def sound_with_a_gap(folder: Path) -> Path:
    """Five frames are missing at 4.3 s, a tenth of a second."""
    whole = make(folder / "whole.mkv", [*audio(12), *AAC])
    return make(folder / "holed.mkv", ["-i", str(whole), "-c", "copy", "-bsf:a", "noise=drop='between(n\\,200\\,204)'"])


def joined_pictures(folder: Path) -> list[str]:
    """An input of ffmpeg: two recordings of different sizes, joined without encoding."""
    for number, size in enumerate(("192x108", "256x144")):
        make(folder / f"{number}.ts", [*video(size, "25", 6), *B_FRAMES])
    names = folder / "names.txt"
    names.write_text("file 0.ts\nfile 1.ts\n")
    return ["-f", "concat", "-i", str(names)]


def test_a_film_whose_parameter_sets_change(tmp_path: Path) -> None:
    """Two recordings that were joined without encoding: one header cannot describe both, so the picture is encoded."""
    film = make(tmp_path / "film.mkv", [*joined_pictures(tmp_path), *audio(12), "-c:v", "copy", *AAC])
    outcome = transcode(film, tmp_path / "out")
    assert (outcome.exit_code, outcome.last["kind"]) == (0, "finished"), outcome.log
    assert sources(outcome) == ({"ladder"}, ["a0/copy.m3u8"])


def test_a_gap_in_the_sound(tmp_path: Path) -> None:
    """The sound is encoded, with silence in the gap, so that it stays with the picture; the picture is still copied."""
    holed = sound_with_a_gap(tmp_path)
    film = make(tmp_path / "film.mkv", [*video("192x108", "25", 12), "-i", str(holed), "-map", "0", "-map", "1",
                                        *B_FRAMES, "-c:a", "copy"])  # fmt: skip
    outcome = transcode(film, tmp_path / "out")
    assert (outcome.exit_code, outcome.last["kind"]) == (0, "finished"), outcome.log
    assert sources(outcome) == ({"copy"}, ["a0/aac.m3u8"])
    heard = decode_audio(outcome.folder / "a0" / "aac.m3u8")
    assert heard.beeps[-2:] == pytest.approx([9.0, 11.0], abs=0.03)


def test_a_long_group_far_into_the_film(tmp_path: Path) -> None:
    """A file without cues is known only when it is read; the copy never contains a segment that players refuse."""
    forced = ["-g", "9999", "-sc_threshold", "0", "-force_key_frames", "expr:if(lt(t,9),gte(t,n_forced*3),0)"]
    film = make(tmp_path / "film.ts", [*video("192x108", "25", 24), *audio(24), *B_FRAMES, *forced, *AAC])
    outcome = transcode(film, tmp_path / "out")
    assert (outcome.exit_code, outcome.last["kind"]) == (0, "finished"), outcome.log
    assert sources(outcome)[0] == {"ladder"}


def test_when_neither_can_be_copied(tmp_path: Path) -> None:
    """A stream that has failed once is not copied again after the other one fails."""
    sound = ["-i", str(sound_with_a_gap(tmp_path)), "-map", "0", "-map", "1"]
    film = make(tmp_path / "film.mkv", [*joined_pictures(tmp_path), *sound, "-c", "copy"])
    outcome = transcode(film, tmp_path / "out")
    assert (outcome.exit_code, outcome.last["kind"]) == (0, "finished"), outcome.log
    assert sources(outcome) == ({"ladder"}, ["a0/aac.m3u8"])


def test_thumbnails_of_a_film_with_more_segments_than_planned(tmp_path: Path) -> None:
    """Each thumbnail belongs to a segment as it was cut, although a file without tables has only estimated cuts."""
    forced = ["-g", "9999", "-sc_threshold", "0", "-force_key_frames", "expr:gte(t,n_forced*1.32)"]
    film = make(tmp_path / "film.mkv", [*video("192x108", "25", 13), *B_FRAMES, *forced])
    outcome = transcode(film, tmp_path / "out")
    assert sources(outcome)[0] == {"copy"}, outcome.log
    lengths = [length_s for _, length_s in segments(outcome.folder / "v108" / "copy.m3u8")]
    spans = [
        line.split(" --> ") for line in (outcome.folder / "sprites.vtt").read_text().splitlines() if " --> " in line
    ]
    assert [seconds(end) - seconds(begin) for begin, end in spans] == pytest.approx(lengths, abs=0.002)


def seconds(timestamp: str) -> float:
    """Of a WebVTT cue within the first hour."""
    minutes, rest = timestamp.split(":")[-2:]
    return int(minutes) * 60 + float(rest)


def with_a_caption(film: Path) -> Path:
    """An FLV film with a caption in its middle, as live recordings have them: a stream that begins mid-file."""
    data = film.read_bytes()
    at = 13  # after the header; a tag has 11 bytes, its data, and 4 bytes of length
    while at < len(data) // 2:
        at += 15 + int.from_bytes(data[at + 1 : at + 4], "big")
    caption = b"\x02\x00\x0aonTextData" + b"\x08" + bytes(4) + b"\x00\x04text\x02\x00\x05Hello" + b"\x00\x00\x09"
    tag = b"\x12" + len(caption).to_bytes(3, "big") + data[at + 4 : at + 8] + bytes(3) + caption
    captioned = film.with_name("captioned.flv")
    captioned.write_bytes(data[:at] + tag + len(tag).to_bytes(4, "big") + data[at:])
    return captioned


def test_a_stream_that_begins_mid_film(tmp_path: Path) -> None:
    """The other streams are copied to their ends, as if it were not there."""
    film = make(tmp_path / "film.flv", [*video("192x108", "25", 24), *audio(24), *B_FRAMES, *AAC])
    outcome = transcode(with_a_caption(film), tmp_path / "out")
    assert (outcome.exit_code, outcome.last["kind"]) == (0, "finished"), outcome.log
    assert sources(outcome) == ({"copy"}, ["a0/copy.m3u8"])
    assert outcome.last["losses"] == []
    assert outcome.last["duration_s"] == pytest.approx(24.0, abs=0.1)
