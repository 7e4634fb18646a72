"""Builds the film of a recipe with ffmpeg.

Each frame carries its number in eight black or white fields at its bottom, each channel of each track its own tone, so
that a decoder can see which frame and hear which channel it has got.
"""

from pathlib import Path

from transcoder.differential.recipes import AUDIO, CONTAINERS, LAYOUTS, NAMED_IN, VIDEO, Recipe
from transcoder.films import ffmpeg

FLASH_S = 0.12
QUIET, LOUD = 0.06, 0.4
BITS = 8
HOLE_BEGINS_S, HOLE_S = 0.7, 0.7
HUSH_BEGINS_S = 0.5
COVER = ["-f", "lavfi", "-i", "testsrc2=s=300x300:d=0.04:r=25"]
ASS_HEAD = (
    "[Script Info]\nScriptType: v4.00+\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)
LANGUAGES = ("eng", "deu", "jpn")
CUES = ((0.3, 0.9, "Hello & goodbye"), (1.0, 1.7, "日本語　<i>second</i> line"))


def build(made: Recipe, folder: Path) -> Path:
    """Writes the film, and returns where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    kind = CONTAINERS[made.container]
    film = folder / f"film.{kind.suffix}"
    inputs: list[str | Path] = []
    outputs: list[str] = []
    count = 0

    def take(*arguments: str | Path) -> int:
        nonlocal count
        inputs.extend(arguments)
        count += 1
        return count - 1

    if made.video != "none":
        number = take(*(["-itsoffset", str(-made.sound_later_s)] if made.sound_later_s < 0 else []), *_picture(made))
        outputs += ["-map", f"{number}:v", *VIDEO[made.video], "-pix_fmt", made.pixels, *_flags(made)]
    for track in range(made.sounds if made.audio != "none" else 0):
        number = take(*_offset(made), "-f", "lavfi", "-i", _sound(made, track))
        outputs += ["-map", f"{number}:a", f"-metadata:s:a:{track}", f"language={LANGUAGES[track]}"]
    if made.audio != "none":
        outputs += ["-c:a", *AUDIO[made.audio], "-ar", str(made.sample_rate)]
    for track, codec in enumerate(made.texts.split(",") if made.texts else []):
        number = take("-i", _text_file(folder, track, codec))
        outputs += [
            "-map",
            f"{number}:s",
            f"-c:s:{track}",
            codec,
            f"-metadata:s:s:{track}",
            f"language={LANGUAGES[track]}",
        ]
    if made.cover:
        outputs += [
            "-map",
            f"{take(*COVER)}:v",
            "-c:v:1",
            "mjpeg",
            "-bf:v:1",
            "0",
            "-pix_fmt:v:1",
            "yuvj420p",
            "-frames:v:1",
            "1",
        ]
        outputs += ["-disposition:v:1", "attached_pic", "-disposition:v:0", "default"]
    if made.chapters:
        outputs += ["-map_metadata", str(take("-f", "ffmetadata", "-i", _chapters(folder)))]
    clock = ["-output_ts_offset", str(made.clock_s)] if made.clock_s else []
    ffmpeg(*inputs, *outputs, *clock, *kind.options, film)
    if made.turned or made.trimmed:
        _copied_with(film, made)
    if made.parts > 1:
        film.write_bytes(film.read_bytes() * made.parts)
    if made.unknown:
        film.write_bytes(_with_unknown_format(film.read_bytes(), made))
    if made.cut:
        data = film.read_bytes()
        film.write_bytes(data[: round(len(data) * (1 - made.cut))])
    return film


def _with_unknown_format(data: bytes, made: Recipe) -> bytes:
    """The name of the track's format becomes one that no one has given to anything."""
    name = NAMED_IN[made.container]
    at = data.rindex(b"moov") if name == b"ac-3" else data.index(b"\x16\x54\xae\x6b")  # the tracks of Matroska
    for _ in range(made.unknown):
        at = data.index(name, at) + 1
    at -= 1
    return data[:at] + {b"A_": b"A?", b"ac-3": b"??-3"}[name] + data[at + len(name) :]


def _copied_with(film: Path, made: Recipe) -> None:
    """What only a copy can add: the turn, and the edit list that hides what precedes the cut."""
    plain = film.with_name(f"plain.{film.suffix}")
    film.rename(plain)
    turn = ["-metadata:s:v:0", f"rotate={made.turned}"] if made.turned else []
    cut = ["-ss", "0.3"] if made.trimmed else []
    ffmpeg(*cut, "-i", plain, "-map", "0", "-dn", "-c", "copy", "-strict", "-2", *turn, film)
    plain.unlink()


def _picture(made: Recipe) -> list[str]:
    width, height = map(int, made.size.split("x"))
    if made.turned in (90, 270):
        width, height = height, width
    seconds = made.seconds - made.picture_misses_s
    later = max(0.0, -made.sound_later_s)
    lit = "+".join(f"between(t,{at - later - 0.001:.3f},{at - later + FLASH_S - 0.001:.3f})" for at in made.moments)
    blocks = [
        f"drawbox=x={place}*iw/4:y=0:w=iw/4:h=ih/3:c={colour}:t=fill"
        for place, colour in enumerate(("0xd02020", "0x20c020", "0x2030d0", "0x808080"))
    ]
    code = [
        f"drawbox=x={bit}*iw/{BITS}:y=ih*4/5:w=iw/{BITS}:h=ih/5:c=white:t=fill:enable='{_bit(bit)}'"
        for bit in range(BITS)
    ]
    source = ",".join(
        [
            f"testsrc2=s={width}x{height}:r={made.rate}:d={seconds}",
            *blocks,
            f"drawbox=c=white:t=fill:enable='{lit}'",
            "drawbox=x=0:y=ih*4/5:w=iw:h=ih/5:c=black:t=fill",
            *code,
            *_missing(made),
            *({90: ["transpose=1"], 180: ["hflip", "vflip"], 270: ["transpose=2"]}.get(made.turned, [])),
            f"setsar={made.aspect.replace(':', '/')}",
        ]
    )
    return ["-f", "lavfi", "-i", source]


def _bit(bit: int) -> str:
    """Of the frame's number in Gray's code: neighbours differ in one bit."""
    return f"mod(floor((n+{2**bit})/{2 ** (bit + 1)}),2)"


def _missing(made: Recipe) -> list[str]:
    if made.frames == "variable":
        return ["select='not(eq(mod(n\\,5)\\,3))'"]
    if made.frames == "hole":
        return [f"select='not(between(t\\,{HOLE_BEGINS_S}\\,{HOLE_BEGINS_S + HOLE_S}))'"]
    return []


def _flags(made: Recipe) -> list[str]:
    flags = ["-fps_mode", "passthrough"] if made.frames != "even" else []
    if made.interlaced:
        flags += ["-flags", "+ilme+ildct", *(["-x264-params", "tff=1"] if made.video == "h264" else ["-top", "1"])]
    if made.colours != "unspecified":
        flags += ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
        flags += ["-vf", "scale=out_color_matrix=bt709"]
    return flags


def _offset(made: Recipe) -> list[str]:
    return ["-itsoffset", str(made.sound_later_s)] if made.sound_later_s > 0 else []


def tone_hz(track: int, channel: int) -> int:
    return 400 + 170 * channel + 60 * track


def _sound(made: Recipe, track: int) -> str:
    channels = LAYOUTS[made.layout]
    later = max(0.0, made.sound_later_s)
    beeps = "+".join(f"between(t+{later},{at:.3f},{at + FLASH_S:.3f})" for at in made.moments)
    level = f"({QUIET}+{LOUD - QUIET}*min(1,{beeps}))*{1 if channels <= 2 else 0.45}"
    waves = "|".join(f"{level}*sin(2*PI*{tone_hz(track, channel)}*t)" for channel in range(channels))
    layout = "" if made.layout == "twelve" else f":c={made.layout}"
    length = made.seconds - later - made.sound_misses_s
    source = f"aevalsrc={waves}".replace(",", "\\,") + f"{layout}:s={made.sample_rate}:d={length}"
    if made.hush_s:
        source += f",aselect='not(between(t\\,{HUSH_BEGINS_S}\\,{HUSH_BEGINS_S + made.hush_s}))'"
    return source


def _text_file(folder: Path, track: int, codec: str) -> Path:
    path = folder / f"cues{track}.{'ass' if codec == 'ass' else 'srt'}"
    cues = [(begin + 0.05 * track, end + 0.05 * track, f"{text} {track}") for begin, end, text in CUES]
    if codec == "ass":
        lines = [
            f"Dialogue: 0,{_ass_time(begin)},{_ass_time(end)},Default,,0,0,0,,"
            + text.replace("<i>", "{\\i1}").replace("</i>", "{\\i0}")
            for begin, end, text in cues
        ]
        path.write_text(ASS_HEAD + "\n".join(lines) + "\n")
    else:
        blocks = [
            f"{n}\n{_srt_time(begin)} --> {_srt_time(end)}\n{text}\n" for n, (begin, end, text) in enumerate(cues, 1)
        ]
        path.write_text("\n".join(blocks))
    return path


def _ass_time(seconds: float) -> str:
    return f"0:00:{seconds:05.2f}"


def _srt_time(seconds: float) -> str:
    return f"00:00:{seconds:06.3f}".replace(".", ",")


def _chapters(folder: Path) -> Path:
    path = folder / "chapters.txt"
    parts = [
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART={}\nEND={}\ntitle={}".format(*each)
        for each in ((0, 800, "One"), (800, 2000, "Two"))
    ]
    path.write_text(";FFMETADATA1\n" + "\n".join(parts) + "\n")
    return path
