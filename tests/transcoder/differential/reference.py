"""What plain ffmpeg makes of a file: one process, every stream, nothing but its defaults and the decisions below.

Where plain ffmpeg is known to be wrong, or does something that we have decided against, a rule says so:

- DOWNMIX: centre and surround are mixed at the levels of the transcoder's README, not at ffmpeg's.
- JOINED: clocks that jump are put right per stream by ffmpeg, so that sound and picture drift apart by up to the length
  of a frame at each join. So the reference of recordings in one file is each of them, one after the other.
- UNMIXED: ffmpeg refuses to mix more than eight channels without positions. The first and second of each pair are heard
  on the left and on the right.
- DEINTERLACED: a picture that is flagged as interlaced is deinterlaced, as every player does; ffmpeg only on request.
- UNKNOWN: a sound track whose format ffmpeg does not know is no part of what it decodes.
- GIF: browsers show frames with a delay below 0.02 s for 0.1 s; ffmpeg does not.
"""

import json
import re
import subprocess
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from html import unescape
from itertools import pairwise
from pathlib import Path

from transcoder.differential.seen import HEIGHT, RATE, WIDTH, Cue, Picture, Seen, Sound, frame, placed
from transcoder.films import FFMPEG

DOWNMIX = "clev=1:slev=0.5"
MIXED_CHANNELS = 8
FRAME_BYTES = WIDTH * HEIGHT * 3
LISTED = re.compile(r"\d+, *-?\d+, *(-?\d+), *(\d+), *(\d+), ")
TIME_BASE = re.compile(r"#tb 0: (\d+)/(\d+)")
CUE = re.compile(r"(\d+):(\d\d):(\d\d),(\d{3}) --> (\d+):(\d\d):(\d\d),(\d{3})\n(.*?)(?=\n\n\d+\n|\Z)", re.DOTALL)
MARKUP = re.compile(r"</?[A-Za-z][^>]*>|\{\\[^}]*\}")
AUDIO_LEADS_S = 0.25
"""Sound that begins this much before the picture is part of the film."""


@dataclass(frozen=True, slots=True)
class Streams:
    """What ffprobe lists."""

    picture: bool
    interlaced: bool
    aspect: float
    sounds: dict[int, int]  # by number: channels
    texts: int


def reference(film: Path, folder: Path, *, parts: int = 1) -> Seen:
    """`parts`: how many equal recordings follow each other in the file."""
    folder.mkdir(parents=True, exist_ok=True)
    if parts == 1:
        return from_its_beginning(_decoded(film, folder))
    data = film.read_bytes()
    one = folder / f"one.{film.suffix}"
    one.write_bytes(data[: len(data) // parts])
    return repeated(from_its_beginning(_decoded(one, folder)), parts)


def from_its_beginning(seen: Seen) -> Seen:
    """The film begins with its first picture, or with the sound, if that begins well before."""
    begins_s = min(sound.begins_s for sound in seen.sounds) if seen.sounds else 0.0
    if seen.picture:
        first = seen.picture.frames[0].time_s
        begins_s = begins_s if seen.sounds and first - begins_s > AUDIO_LEADS_S else first
    return shifted(seen, -begins_s)


def shifted(seen: Seen, by_s: float) -> Seen:
    picture = seen.picture
    if picture:
        frames = [replace(each, time_s=each.time_s + by_s) for each in picture.frames]
        picture = Picture(frames, picture.ends_s + by_s, picture.aspect)
    texts = [[Cue(cue.begin_s + by_s, cue.end_s + by_s, cue.text) for cue in track] for track in seen.texts]
    chapters = [(max(0.0, at + by_s), title) for at, title in seen.chapters]
    return Seen(picture, [_moved(sound, by_s) for sound in seen.sounds], texts, chapters)


def _moved(sound: Sound, by_s: float) -> Sound:
    samples = round(by_s * RATE)
    if samples < 0:
        channels = [channel[-samples:] for channel in sound.channels]
    else:
        channels = [array("f", bytes(4 * samples)) + channel for channel in sound.channels]
    gaps = [(max(0.0, begin + by_s), end + by_s) for begin, end in sound.gaps if end + by_s > 0]
    return Sound(channels, max(0.0, sound.begins_s + by_s), gaps)


def repeated(seen: Seen, parts: int) -> Seen:
    """The film and itself again: as long as its picture lasts, for that is what continues without a gap."""
    if seen.picture is None:
        return seen
    length_s = seen.picture.ends_s
    whole = Picture(aspect=seen.picture.aspect, ends_s=length_s * parts)
    sounds = [Sound([array("f") for _ in sound.channels], sound.begins_s) for sound in seen.sounds]
    for part in range(parts):
        whole.frames += [replace(each, time_s=each.time_s + part * length_s) for each in seen.picture.frames]
        for all_of_it, sound in zip(sounds, seen.sounds, strict=True):
            begin = round(part * length_s * RATE)
            for channel, one in zip(all_of_it.channels, sound.channels, strict=True):
                del channel[begin:]
                channel.extend(array("f", bytes(4 * (begin - len(channel)))))
                channel.extend(one)
    return Seen(whole, sounds)


def streams(film: Path) -> Streams:
    shown = json.loads(
        _run("ffprobe", "-v", "error", "-show_streams", "-of", "json", str(film), program="ffprobe").stdout
    )["streams"]
    pictures = [each for each in shown if each["codec_type"] == "video" and not each["disposition"]["attached_pic"]]
    heard = enumerate(each for each in shown if each["codec_type"] == "audio")
    sounds = {number: each["channels"] for number, each in heard if each.get("codec_name", "unknown") != "unknown"}
    texts = sum(each["codec_type"] == "subtitle" for each in shown)
    if not pictures:
        return Streams(False, False, 1.0, sounds, texts)
    picture = pictures[0]
    pixel = (
        Fraction(*map(int, picture.get("sample_aspect_ratio", "1:1").split(":")))
        if picture.get("sample_aspect_ratio", "0:1") != "0:1"
        else Fraction(1)
    )
    aspect = picture["width"] * pixel / picture["height"]
    turned = any(abs(each.get("rotation", 0)) % 180 == 90 for each in picture.get("side_data_list", ()))
    interlaced = picture.get("field_order", "progressive") not in ("progressive", "unknown")
    return Streams(True, interlaced, float(1 / aspect if turned else aspect), sounds, texts)


def _decoded(film: Path, folder: Path) -> Seen:
    found = streams(film)
    outputs: list[str] = []
    filters = "bwdif=mode=send_frame:deint=all," if found.interlaced else ""
    filters += f"scale={WIDTH}:{HEIGHT}:flags=area,format=rgb24"
    if found.picture:
        outputs += _both(
            "0:V:0",
            ["-vf", filters, "-fps_mode", "passthrough", "-enc_time_base", "1:90000", "-c:v", "rawvideo"],
            folder / "picture",
        )
    for number, channels in found.sounds.items():
        mixed = channels <= MIXED_CHANNELS
        mix = f"aresample={RATE}:{DOWNMIX}" if channels > 1 and mixed else f"aresample={RATE}"
        mix = mix if mixed else f"pan={_pairs(channels)},{mix}"
        outputs += _both(
            f"0:a:{number}",
            [
                "-af",
                f"{mix},aformat=sample_fmts=flt:channel_layouts={'stereo' if channels > 1 else 'mono'}",
                "-c:a",
                "pcm_f32le",
            ],
            folder / f"sound{number}",
        )
    for number in range(found.texts):
        outputs += ["-map", f"0:s:{number}", "-c:s", "srt", "-f", "srt", str(folder / f"cues{number}.srt")]
    outputs += ["-f", "ffmetadata", str(folder / "metadata.txt")]
    _run("-i", str(film), *outputs)
    seen = Seen()
    if found.picture:
        seen.picture = _picture(folder / "picture", found.aspect)
    seen.sounds = [
        _sound(folder / f"sound{number}", 2 if channels > 1 else 1) for number, channels in found.sounds.items()
    ]
    seen.texts = [list(read_srt((folder / f"cues{number}.srt").read_text())) for number in range(found.texts)]
    seen.chapters = list(_chapters((folder / "metadata.txt").read_text()))
    return seen


def _pairs(channels: int) -> str:
    gain = (channels / 2) ** -0.5
    sides = ("+".join(f"{gain:.3f}*c{number}" for number in range(side, channels, 2)) for side in (0, 1))
    return "stereo|" + "|".join(f"{name}={side}" for name, side in zip(("FL", "FR"), sides, strict=True))


def _both(stream: str, options: list[str], path: Path) -> list[str]:
    """The bare frames, and a list of their times."""
    listed = ["-map", stream, *options, "-f", "framecrc", f"{path}.list"]
    kind = "rawvideo" if "rawvideo" in options else "f32le"
    return ["-map", stream, *options, "-f", kind, f"{path}.raw", *listed]


def _listed(path: Path) -> Iterator[tuple[float, float, int]]:
    """Time, duration and bytes of each."""
    text = Path(f"{path}.list").read_text()
    base = TIME_BASE.search(text)
    unit = Fraction(int(base[1]), int(base[2])) if base else Fraction(1)
    for time, duration, size in LISTED.findall(text):
        yield float(int(time) * unit), float(int(duration) * unit), int(size)


def _picture(path: Path, aspect: float) -> Picture:
    data = Path(f"{path}.raw").read_bytes()
    picture = Picture(aspect=aspect)
    listed = list(_listed(path))
    for number, (time_s, _, _) in enumerate(listed):
        picture.frames.append(frame(time_s, data[number * FRAME_BYTES :][:FRAME_BYTES]))
    gaps = sorted(b[0] - a[0] for a, b in pairwise(listed))
    usual_s = gaps[len(gaps) // 2] if gaps else 0.04
    picture.ends_s = listed[-1][0] + usual_s
    return picture


def _sound(path: Path, channels: int) -> Sound:
    data = array("f", Path(f"{path}.raw").read_bytes())
    pieces = []
    at = 0
    for time_s, _, size in _listed(path):
        pieces.append((time_s, data[at : at + size // 4]))
        at += size // 4
    earliest = min((time_s for time_s, _ in pieces), default=0.0)
    shift = max(0.0, -earliest)
    return (
        _moved(placed([(time_s + shift, piece) for time_s, piece in pieces], channels), -shift)
        if shift
        else placed(pieces, channels)
    )


def read_srt(text: str) -> Iterator[Cue]:
    for found in CUE.findall(text.replace("\r", "")):
        times = list(map(int, found[:8]))
        begin_s, end_s = (h * 3600 + m * 60 + s + ms / 1000 for h, m, s, ms in (times[:4], times[4:]))
        yield Cue(begin_s, end_s, plain_text(found[8]))


def plain_text(markup: str) -> str:
    return unescape(MARKUP.sub("", markup)).strip()


def _chapters(metadata: str) -> Iterator[tuple[float, str]]:
    for part in metadata.split("[CHAPTER]")[1:]:
        values = dict(line.split("=", 1) for line in part.splitlines() if "=" in line)
        yield int(values["START"]) * float(Fraction(values["TIMEBASE"])), values.get("title", "")


def _run(*arguments: str, program: str = FFMPEG) -> subprocess.CompletedProcess[bytes]:
    head = [program] if program == "ffprobe" else [program, "-nostdin", "-v", "error", "-y"]
    rest = arguments[1:] if program == "ffprobe" else arguments
    return subprocess.run([*head, *rest], check=True, capture_output=True, timeout=120)
