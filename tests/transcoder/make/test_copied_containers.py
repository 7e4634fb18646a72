"""What is copied out of a container is what plain ffmpeg decodes from it: every frame, in order, at its time."""

import functools
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from transcoder.decoding import decode_audio, decode_video
from transcoder.films import AAC, audio, ffmpeg, make, video
from transcoder.make.copies import copy, frames, plan_of

pytestmark = pytest.mark.media

SECONDS = 13
IN_TIME_S = 0.001
"""The precision of Matroska and FLV."""
B_FRAMES = [
    "-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "48", "-keyint_min", "48", "-sc_threshold", "0",
    "-pix_fmt", "yuv420p",
]  # fmt: skip
NO_B_FRAMES = [
    "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "48", "-pix_fmt", "yuv420p"
]  # fmt: skip
VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "48", "-pix_fmt", "yuv420p"]
VP9_WITH_HIDDEN_FRAMES = ["-c:v", "libvpx-vp9", "-deadline", "good", "-cpu-used", "8", "-auto-alt-ref", "1",
                          "-lag-in-frames", "16", "-g", "60", "-pix_fmt", "yuv420p"]  # fmt: skip
AV1 = ["-c:v", "libsvtav1", "-preset", "12", "-g", "48", "-pix_fmt", "yuv420p"]
FRAGMENTS = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof"]
FILMS = {
    "matroska": ("film.mkv", "24000/1001", B_FRAMES, []),
    "matroska without B frames": ("film.mkv", "25", NO_B_FRAMES, []),
    "matroska at 60 frames a second": ("film.mkv", "60", B_FRAMES, []),
    "matroska without cues": ("film.mkv", "25", B_FRAMES, ["-live", "1"]),
    "matroska with cues in front": ("film.mkv", "25", B_FRAMES, ["-reserve_index_space", "50k"]),
    "matroska of which the clock begins late": ("film.mkv", "25", B_FRAMES, ["-output_ts_offset", "100"]),
    "matroska with two sizes of groups": ("film.mkv", "25", [*B_FRAMES, "-force_key_frames", "1.2,2.4,7"], []),
    "fragments": ("film.mp4", "24000/1001", B_FRAMES, FRAGMENTS),
    "fragments of a second": ("film.mp4", "25", B_FRAMES, [*FRAGMENTS, "-frag_duration", "1000000"]),
    "transport stream": ("film.ts", "25", B_FRAMES, []),
    "transport stream of which the clock begins late": ("film.ts", "25", B_FRAMES, ["-output_ts_offset", "90000"]),
    "blu-ray's transport stream": ("film.m2ts", "24000/1001", B_FRAMES, ["-f", "mpegts", "-mpegts_m2ts_mode", "1"]),
    "flv": ("film.flv", "25", B_FRAMES, []),
    "flv with an index": ("film.flv", "25", B_FRAMES, ["-flvflags", "add_keyframe_index"]),
    "flv without B frames": ("film.flv", "30", NO_B_FRAMES, []),
    "mp4": ("film.mp4", "24000/1001", B_FRAMES, []),
    "VP9 in matroska": ("film.mkv", "25", VP9, []),
    "VP9 in matroska without cues": ("film.mkv", "25", VP9, ["-live", "1"]),
    "VP9 with hidden frames": ("film.mkv", "24000/1001", VP9_WITH_HIDDEN_FRAMES, []),
    "VP9 in mp4": ("film.mp4", "25", VP9, []),
    "AV1 in matroska": ("film.mkv", "25", AV1, []),
    "AV1 in mp4": ("film.mp4", "24000/1001", AV1, []),
    "AV1 in fragments": ("film.mp4", "25", AV1, FRAGMENTS),
}


Coded = Callable[[str, list[str]], Path]


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Coded:
    """Encodes each combination once."""

    @functools.cache
    def film(rate: str, coding: tuple[str, ...]) -> Path:
        recipe = [*video("192x108", rate, SECONDS), *audio(SECONDS), *coding, *AAC]
        return make(tmp_path_factory.mktemp("coded") / "film.mp4", recipe)

    return lambda rate, coding: film(rate, tuple(coding))


@pytest.mark.parametrize("name", FILMS)
def test_the_copy_is_the_film(name: str, coded: Coded, tmp_path: Path) -> None:
    """The same frames in the same order, at the same distances, from 0 on; sound and picture together."""
    file, rate, coding, muxing = FILMS[name]
    film = make(tmp_path / file, ["-i", str(coded(rate, coding)), "-c", "copy", *muxing])
    copied = copy(film, tmp_path / "out")
    wanted, found = frames(film), frames(copied.video)
    assert [pixels for _, pixels in found] == [pixels for _, pixels in wanted]
    first = wanted[0][0]
    assert [float(at) for at, _ in found] == pytest.approx([float(at - first) for at, _ in wanted], abs=IN_TIME_S)
    seen = decode_video(copied.video)
    assert seen.flashes == pytest.approx([1.0, 3.0, 5.0, 7.0, 9.0, 11.0], abs=0.045)
    heard = decode_audio(copied.audio)
    with av.open(str(copied.audio)) as container:
        assert all(bytes(packet)[:1] != b"\xff" for packet in container.demux())  # an ADTS header
    assert heard.beeps[:6] == pytest.approx([1.0, 3.0, 5.0, 7.0, 9.0, 11.0], abs=0.03)


@pytest.mark.parametrize("codec", ["ac3", "eac3", "dca", "flac", "libopus", "pcm_s16le", "libvorbis", "libmp3lame"])
def test_only_the_sound_is_encoded(codec: str, tmp_path: Path) -> None:
    """A picture that can be copied does not wait for a sound that has to be encoded."""
    layout = "stereo" if codec == "libmp3lame" else "5.1"
    recipe = [*video("192x108", "25", 5), *audio(5, layout=layout), *B_FRAMES, "-c:a", codec, "-strict", "-2"]
    plan = plan_of(make(tmp_path / "film.mkv", recipe))
    assert plan.video
    assert plan.video.copy
    assert [track.name for track in plan.audio] == ["a0/aac"]


@pytest.mark.parametrize(
    ("name", "coding", "reason"),
    [
        ("film.mkv", ["-c:v", "libx264", "-preset", "ultrafast", "-g", "9999", "-sc_threshold", "0"],
         "cut points at most 10.5 s apart"),
        ("film.mkv", [*B_FRAMES, "-pix_fmt", "yuv422p"], "8 bit 4:2:0"),
        ("film.ts", [*B_FRAMES, "-flags", "+ildct+ilme", "-x264-params", "interlaced=1"], "progressive"),
        ("film.mkv", ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error"],
         "codec is H.264, VP9 or AV1"),
        ("film.avi", NO_B_FRAMES, "a container with times for each frame"),
    ],
    ids=["one keyframe", "4:2:2", "interlaced", "HEVC", "AVI"],
)  # fmt: skip
def test_what_is_not_copied(name: str, coding: list[str], reason: str, tmp_path: Path) -> None:
    """The conditions are those of MP4, and the plan names them."""
    plan = plan_of(make(tmp_path / name, [*video("192x108", "25", SECONDS), *coding]))
    assert plan.video
    assert plan.video.copy is None
    assert reason in plan.video.not_copied


def test_open_groups_are_not_cut(tmp_path: Path) -> None:
    """Frames at the beginning of an open group refer to the previous one, which a player that seeks does not have."""
    opened = ["-c:v", "libx264", "-preset", "fast", "-pix_fmt", "yuv420p"]
    opened += ["-x264-params", "open-gop=1:keyint=30:bframes=3:scenecut=0"]
    for name in ("film.mkv", "film.ts"):
        plan = plan_of(make(tmp_path / name, [*video("192x108", "25", SECONDS), *opened]))
        assert plan.video
        assert plan.video.copy is None


def test_parameter_sets_in_every_group(tmp_path: Path) -> None:
    """They are in the header of the copy, so the frames do not repeat them, and it decodes the same."""
    repeated = [*B_FRAMES, "-x264-params", "repeat-headers=1:aud=1"]
    film = tmp_path / "film.mkv"
    ffmpeg(*video("192x108", "25", 9), *repeated, film)
    copied = copy(film, tmp_path / "out")
    assert [pixels for _, pixels in frames(copied.video)] == [pixels for _, pixels in frames(film)]
