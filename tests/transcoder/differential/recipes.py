"""Films as one line of text each: container, codecs, layout, timing and tracks, chosen by a seed.

A recipe names only what is unusual about its film: `container=ts video=mpeg2 parts=3`. One that shows a difference is
reduced to the fewest unusual properties that still show it.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

KEPT = Path(__file__).with_name("kept.txt")

VIDEO = {
    "h264": ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25"],
    "b-frames": ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "30"],
    "open-groups": ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-x264-params", "open-gop=1:keyint=20"],
    "hevc": ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:keyint=25"],
    "mpeg1": ["-c:v", "mpeg1video", "-b:v", "2M"],
    "mpeg2": ["-c:v", "mpeg2video", "-bf", "2", "-b:v", "2M"],
    "mpeg4": ["-c:v", "mpeg4", "-q:v", "3"],
    "msmpeg4": ["-c:v", "msmpeg4", "-q:v", "3"],
    "wmv2": ["-c:v", "wmv2", "-q:v", "3"],
    "flv1": ["-c:v", "flv1", "-q:v", "3"],
    "vp8": ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M"],
    "vp9": ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M"],
    "av1": ["-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "keyint=25"],
    "theora": ["-c:v", "libtheora", "-q:v", "8"],
    "mjpeg": ["-c:v", "mjpeg", "-q:v", "3"],
    "prores": ["-c:v", "prores", "-profile:v", "0"],
    "ffv1": ["-c:v", "ffv1"],
    "huffyuv": ["-c:v", "huffyuv"],
    "gif": ["-c:v", "gif"],
}  # fmt: skip
AUDIO = {
    "aac": ["aac"], "ac3": ["ac3"], "eac3": ["eac3"], "dts": ["dca", "-strict", "-2"], "mp2": ["mp2"],
    "mp3": ["libmp3lame"], "opus": ["libopus"], "vorbis": ["libvorbis"], "flac": ["flac", "-strict", "-2"],
    "alac": ["alac"], "truehd": ["truehd", "-strict", "-2"], "wma": ["wmav2"], "pcm": ["pcm_s16le"],
    "pcm-be": ["pcm_s16be"], "pcm24": ["pcm_s24le"], "mulaw": ["pcm_mulaw"], "adpcm": ["adpcm_ms"],
}  # fmt: skip
H264 = ("h264", "b-frames", "open-groups")


@dataclass(frozen=True, kw_only=True)
class Container:
    """What a container can hold; `video` and `audio` are empty where it holds none."""

    suffix: str
    video: tuple[str, ...] = ()
    audio: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    variable: bool = False  # frames may be any time apart
    shifts: bool = True  # one stream may begin later than the other
    sounds: int = 3
    joined: bool = False  # files that follow each other are one file
    clock: bool = False  # begins at any time
    chapters: bool = False
    turned: bool = False
    cover: bool = False


FRAGMENTS = ("-movflags", "+frag_keyframe+delay_moov+default_base_moof")
CONTAINERS = {
    "mp4": Container(
        suffix="mp4", video=(*H264, "hevc", "mpeg4", "av1", "vp9"), texts=("mov_text",), variable=True, chapters=True,
        audio=("aac", "ac3", "eac3", "mp3", "flac", "alac", "opus"), turned=True, cover=True,
    ),
    "fragmented": Container(
        suffix="mp4", video=(*H264, "hevc"), audio=("aac", "ac3", "opus"), options=FRAGMENTS, variable=True,
    ),
    "mov": Container(
        suffix="mov", video=(*H264, "mpeg4", "mjpeg", "prores"), texts=("mov_text",), variable=True, chapters=True,
        audio=("aac", "pcm", "pcm-be", "pcm24", "alac", "mulaw"), turned=True,
    ),
    "mkv": Container(
        suffix="mkv", video=(*H264, "hevc", "mpeg2", "mpeg4", "vp8", "vp9", "av1", "ffv1", "mjpeg", "theora"),
        audio=tuple(name for name in AUDIO if name not in ("wma", "adpcm", "mulaw", "pcm-be")),
        texts=("srt", "ass", "webvtt"), variable=True, chapters=True, cover=True,
    ),
    "webm": Container(suffix="webm", video=("vp8", "vp9", "av1"), audio=("opus", "vorbis"), texts=("webvtt",),
                      variable=True, chapters=True),
    "ts": Container(suffix="ts", video=(*H264, "hevc", "mpeg2"), audio=("aac", "ac3", "eac3", "mp2", "mp3"),
                    joined=True, clock=True),
    "m2ts": Container(suffix="m2ts", video=(*H264, "mpeg2"), audio=("ac3",), joined=True, clock=True,
                      options=("-f", "mpegts", "-mpegts_m2ts_mode", "1")),
    "vob": Container(suffix="vob", video=("mpeg2",), audio=("ac3", "mp2"), joined=True),
    "mpg": Container(suffix="mpg", video=("mpeg1", "mpeg2"), audio=("mp2",), joined=True),
    "flv": Container(suffix="flv", video=("h264", "b-frames", "flv1"), audio=("aac", "mp3"), sounds=1, variable=True),
    "avi": Container(suffix="avi", video=("mpeg4", "msmpeg4", "mjpeg", "huffyuv", "ffv1"), shifts=False,
                     audio=("mp3", "ac3", "pcm", "adpcm", "mp2")),
    "ogg": Container(suffix="ogv", video=("theora",), audio=("vorbis", "opus", "flac"), shifts=False, sounds=1),
    "asf": Container(suffix="wmv", video=("wmv2", "msmpeg4"), audio=("wma", "mp3"), sounds=1),
    "nut": Container(suffix="nut", video=("ffv1", "mpeg4", "huffyuv"), audio=("pcm", "flac", "mp3"), variable=True),
    "gif": Container(suffix="gif", video=("gif",)),
    "m4a": Container(suffix="m4a", audio=("aac", "alac"), chapters=True),
    "mka": Container(suffix="mka", audio=("aac", "opus", "flac", "dts"), chapters=True),
    "mp3": Container(suffix="mp3", audio=("mp3",), sounds=1),
    "flac": Container(suffix="flac", audio=("flac",), sounds=1),
    "oga": Container(suffix="ogg", audio=("vorbis", "opus"), sounds=1),
    "wav": Container(suffix="wav", audio=("pcm", "pcm24", "mulaw", "adpcm"), sounds=1),
    "adts": Container(suffix="aac", audio=("aac",), sounds=1, options=("-f", "adts")),
}  # fmt: skip
OFTEN = ("mp4", "fragmented", "mov", "mkv", "webm", "ts", "m2ts", "vob", "mpg", "flv", "avi")
"""What people upload; each of the others is as rare as a tenth of these."""
CAN_BE_CUT = ("fragmented", "mkv", "webm", "ts", "m2ts", "vob", "mpg", "flv", "avi", "nut", "adts", "mp3", "wav")
"""The others have their index at their end, and are refused."""
WITHOUT_PICTURE = ("mp4", "fragmented", "mov", "mkv", "webm", "ts", "m2ts", "vob", "mpg", "flv", "avi", "asf", "nut")
NAMED_IN = {"mkv": b"A_", "mka": b"A_", "mp4": b"ac-3"}
"""What names the format of a sound track in the file, once per track. (Of AAC in MP4 more than a name tells it.)"""
WRONG_SUFFIXES = ("mp4", "mkv", "avi", "mp3", "ts", "txt", "jpg")
LAYOUTS = {"mono": 1, "stereo": 2, "quad": 4, "5.1": 6, "7.1": 8, "twelve": 12}
CODEC_LAYOUTS = {
    **dict.fromkeys(("mp2", "mp3", "wma", "adpcm", "mulaw"), ("mono", "stereo")),
    **dict.fromkeys(("ac3", "eac3", "dts"), ("mono", "stereo", "quad", "5.1")),
    **dict.fromkeys(("truehd",), ("stereo", "5.1")),
    **dict.fromkeys(("aac", "flac", "alac", "opus", "vorbis"), ("mono", "stereo", "5.1", "7.1")),
    **dict.fromkeys(("pcm", "pcm-be", "pcm24"), ("mono", "stereo", "quad", "5.1", "7.1", "twelve")),
}
CODEC_RATES = {
    **dict.fromkeys(("opus", "ac3", "eac3", "dts", "truehd"), (48_000,)),
    **dict.fromkeys(("mp2", "mp3"), (48_000, 44_100, 32_000, 22_050)),
    **dict.fromkeys(("wma", "adpcm", "mulaw"), (48_000, 44_100, 22_050)),
}
PIXELS = {
    **dict.fromkeys(H264, ("yuv420p", "yuv420p", "yuvj420p", "yuv422p", "yuv444p", "yuv420p10le")),
    "hevc": ("yuv420p", "yuv420p10le"), "vp9": ("yuv420p", "yuv444p"), "av1": ("yuv420p", "yuv420p10le"),
    "mjpeg": ("yuvj420p", "yuvj422p"), "prores": ("yuv422p10le",), "gif": ("rgb8",), "huffyuv": ("yuv422p",),
    "ffv1": ("yuv420p", "yuv444p", "bgr0"), "mpeg2": ("yuv420p", "yuv422p"), "theora": ("yuv420p", "yuv444p"),
}  # fmt: skip
FIXED_RATES = ("24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60")
RATES = (*FIXED_RATES, "10", "12", "15", "18", "48", "58", "120")
SIZES = ("160x96", "160x96", "96x160", "162x90", "256x64")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The first value of each field is the usual one."""

    container: str = "mp4"
    video: str = "h264"
    audio: str = "aac"
    pixels: str = "yuv420p"
    size: str = "160x96"
    aspect: str = "1:1"  # of a pixel
    turned: int = 0  # degrees by which the stored picture has to be turned
    colours: str = "unspecified"
    interlaced: bool = False  # flagged as such
    rate: str = "25"
    frames: str = "even"  # or "variable": every fifth is left out; or "hole": none for a while
    layout: str = "stereo"
    sample_rate: int = 48_000
    sounds: int = 1
    texts: str = ""  # one codec per track
    chapters: bool = False
    cover: bool = False
    seconds: int = 2
    parts: int = 1  # recordings that follow each other in one file
    sound_later_s: float = 0.0  # than the picture; negative: earlier
    sound_misses_s: float = 0.0  # of its end
    picture_misses_s: float = 0.0  # of its end
    hush_s: float = 0.0  # in the middle, without a single packet of sound
    clock_s: float = 0.0  # at which the file begins
    trimmed: bool = False  # the beginning is hidden by an edit list
    cut: float = 0.0  # the share of the file that is missing at its end
    unknown: int = 0  # the number of the sound track whose format no one knows, from 1
    suffix: str = ""  # of the file's name, instead of the container's
    moments: tuple[float, ...] = (0.4, 1.2)

    def __str__(self) -> str:
        unusual = [each for each in fields(self) if getattr(self, each.name) != each.default]
        return " ".join(f"{each.name}={_text(getattr(self, each.name))}" for each in unusual) or "container=mp4"


def parse(line: str) -> Recipe:
    """The inverse of `str`."""
    usual = Recipe()
    values: dict[str, Any] = {}
    for pair in line.split():
        name, _, text = pair.partition("=")
        values[name] = _value(text, getattr(usual, name))
    return replace(usual, **values)


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _value(text: str, usual: object) -> object:
    if isinstance(usual, tuple):
        return tuple(float(each) for each in text.split(","))
    return text == "True" if isinstance(usual, bool) else type(usual)(text)  # type: ignore[call-arg]  # int, float, str


def kept() -> list[str]:
    """The recipes of faults that were found, without what was wrong."""
    lines = (line.partition("#")[0].strip() for line in KEPT.read_text().splitlines())
    return [line for line in lines if line]


def recipe(seed: int) -> Recipe:
    """A film that its container can hold."""
    chance = random.Random(seed)
    container = chance.choice((*OFTEN * 10, *(name for name in CONTAINERS if name not in OFTEN)))
    made = _streams(container, chance)
    kind = CONTAINERS[container]
    if made.video != "none":
        made = _picture(made, kind, chance)
    if made.audio != "none":
        made = _sound(made, kind, chance)
    made = _timing(made, kind, chance)
    return _defects(_tracks(made, kind, chance), random.Random(-1 - seed))


def _streams(container: str, chance: random.Random) -> Recipe:
    kind = CONTAINERS[container]
    video = chance.choice(kind.video) if kind.video else "none"
    audio = chance.choice(kind.audio) if kind.audio and (not kind.video or chance.random() < 0.95) else "none"
    seconds = chance.choice((2, 2, 2, 3))
    fifths = chance.sample(range(1, seconds * 5 - 1, 2), k=2)
    moments = tuple(round(each * 0.2, 1) for each in sorted(fifths))
    return Recipe(container=container, video=video, audio=audio, seconds=seconds, moments=moments)


def _picture(made: Recipe, kind: Container, chance: random.Random) -> Recipe:
    fixed = made.video in ("mpeg1", "mpeg2") or made.container == "avi"
    rate = chance.choice(FIXED_RATES if fixed else RATES)
    if made.video == "gif":
        rate = chance.choice(("10", "20", "25"))
    made = replace(
        made,
        pixels=chance.choice(PIXELS.get(made.video, ("yuv420p",))),
        size=chance.choice(SIZES[:3] if made.video == "mpeg1" else SIZES),
        rate=rate,
        aspect=chance.choice(("1:1", "1:1", "1:1", "4:3")) if made.video in H264 else "1:1",
        turned=chance.choice((0, 0, 0, 90, 180, 270)) if kind.turned else 0,
        colours=chance.choice(("unspecified", "unspecified", "bt709")) if made.video in H264 else "unspecified",
        interlaced=made.video in ("mpeg2", "h264") and made.rate != "120" and chance.random() < 0.1,
    )
    if made.video in ("mpeg2", "huffyuv") and made.size == "162x90":
        made = replace(made, size="160x96")
    if kind.variable and not made.interlaced:
        made = replace(made, frames=chance.choice(("even",) * 4 + ("variable", "hole")))
    return made


def _sound(made: Recipe, kind: Container, chance: random.Random) -> Recipe:
    layouts = CODEC_LAYOUTS[made.audio]
    if made.container in ("flv", "ogg"):
        layouts = ("mono", "stereo")
    if made.container not in ("mkv", "mka", "mov"):
        layouts = tuple(each for each in layouts if each != "twelve")
    rates = (44_100, 22_050) if made.container == "flv" else CODEC_RATES.get(made.audio, (48_000, 44_100, 32_000))
    layout = chance.choice(layouts)
    sounds = chance.choice((1, 1, 1, 2, 3)) if layout in ("mono", "stereo") else 1
    return replace(made, layout=layout, sample_rate=chance.choice(rates), sounds=min(kind.sounds, sounds))


def _timing(made: Recipe, kind: Container, chance: random.Random) -> Recipe:
    if made.video == "none" or made.audio == "none":
        return replace(made, clock_s=_clock(kind, chance))
    if kind.joined and chance.random() < 0.25:
        return replace(made, parts=chance.choice((2, 3)), clock_s=_clock(kind, chance))
    made = replace(made, clock_s=_clock(kind, chance))
    defect = chance.randrange(12)
    if not kind.shifts or made.frames == "hole":
        return made
    if defect < 3:
        return replace(made, sound_later_s=(0.3, 0.8, -0.5)[defect])
    if defect == 3:
        return replace(made, sound_misses_s=chance.choice((0.5, 1.2)))
    if defect == 4:
        return replace(made, picture_misses_s=0.8)
    if defect in (5, 6) and made.container in ("mkv", "mp4", "mov", "ts", "webm"):
        return replace(made, hush_s=(0.8, 0.06)[defect - 5])
    if defect in (7, 8) and made.container in ("mp4", "mov") and made.video not in ("mjpeg", "prores"):
        # of those two, ffmpeg also shows the frame before the edit list's beginning
        return replace(made, trimmed=True)
    return made


def _clock(kind: Container, chance: random.Random) -> float:
    return chance.choice((0.0, 0.0, 100.0, 26_000.0)) if kind.clock else 0.0


def _tracks(made: Recipe, kind: Container, chance: random.Random) -> Recipe:
    texts = [chance.choice(kind.texts) for _ in range(chance.choice((0, 0, 1, 2)))] if kind.texts else []
    if made.video == "none" or made.trimmed:  # ffmpeg's copy writes other lengths of cues than it has read
        texts = []
    return replace(
        made,
        texts=",".join(texts),
        chapters=kind.chapters and chance.random() < 0.2,
        cover=kind.cover and made.video != "none" and chance.random() < 0.1,
    )


def _defects(made: Recipe, chance: random.Random) -> Recipe:
    """Of the file as a whole. They have a chance of their own, so that the rest of a seed's film stays as it was."""
    if chance.random() < 0.1:
        made = replace(made, suffix=chance.choice(WRONG_SUFFIXES))
    defect = chance.randrange(12)
    if defect == 0 and made.container in CAN_BE_CUT and made.parts == 1 and made.frames == "even":
        return replace(made, cut=chance.choice((0.1, 0.25, 0.4)), moments=Recipe.moments)
    if defect == 1 and made.container in NAMED_IN and made.audio != "none" and not made.trimmed:
        made = replace(made, sounds=2, unknown=chance.choice((1, 2)))
        return replace(made, audio="ac3", sample_rate=48_000, layout="stereo") if made.container == "mp4" else made
    if defect == 2 and made.container in WITHOUT_PICTURE and made.audio != "none" and made.parts == 1:
        plain = Recipe(container=made.container, audio=made.audio, layout=made.layout, sample_rate=made.sample_rate)
        return replace(plain, video="none", sounds=made.sounds, moments=made.moments, suffix=made.suffix)
    return made


def shrunk(made: Recipe, fails: Callable[[Recipe], bool]) -> Recipe:
    """The recipe with every property made usual that the failure does not need."""
    for smaller in _simpler(made):
        if fails(smaller):
            return shrunk(smaller, fails)
    return made


def _simpler(made: Recipe) -> Iterator[Recipe]:
    kind = CONTAINERS[made.container]
    if made.container != "mp4" and not made.cut:
        yield replace(made, container="mp4")
    for each in fields(Recipe):
        usual = each.default
        if each.name == "container" or getattr(made, each.name) == usual:
            continue
        if each.name in ("video", "audio") and usual not in getattr(kind, each.name):
            continue
        changed: dict[str, Any] = {each.name: usual}
        if each.name == "seconds":
            changed["moments"] = Recipe.moments
        yield replace(made, **changed)
    if made.parts > 2:
        yield replace(made, parts=2)
    tracks = made.texts.split(",")
    if len(tracks) > 1:
        yield replace(made, texts=tracks[0])
