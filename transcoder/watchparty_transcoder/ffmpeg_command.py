"""Writes ffmpeg's command lines. Pure: a plan in, a list of arguments out; `process` runs them.

Every flag has its reason beside it. The input is always one local file with its demuxer forced and the protocols cut
down to that file and our pipe, whatever the file contains.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from watchparty_transcoder.models import (
    AAC_FRAME,
    AAC_RATE,
    AudioPlan,
    Chunk,
    Colour,
    Film,
    Grid,
    Lane,
    Picture,
    Plan,
    Rung,
)

MICROSECOND = Fraction(1, 1_000_000)
PREROLL_FRAMES = (
    48  # AAC frames encoded and thrown away before a chunk, about 1 s: rate control settles, joins stay clean
)
PRIMING_FRAMES = 1  # ffmpeg's AAC encoder puts one frame of silence first
PREROLL_GRAIN = 3  # three frames are 64 ms exactly, so that chunks begin on a whole microsecond


def video_chunk(
    *, ffmpeg: str, source: str, plan: Plan, film: Film, lane: Lane, rungs: Sequence[Rung], chunk: Chunk, threads: int
) -> list[str]:
    """One decode, every rung of `rungs`, exactly the chunk's frames, as fragmented MP4 on standard output."""
    grid = film.grid
    first, end = grid.bounds[chunk.first], grid.bounds[chunk.end]
    seek, shift = _seek(plan, first, grid)
    fast = lane.kind == "fast"
    return [
        *_input(ffmpeg, source, plan.demuxer, seek_s=seek, threads=threads),
        "-filter_complex", _video_graph(film.picture, grid, end - first, rungs, shift_s=shift, fast=fast),
        *(argument for number, rung in enumerate(rungs)
          for argument in _rung_output(number, rung, lane, grid, threads)),
        *_mp4_to_pipe(grid),
    ]  # fmt: skip


def _seek(plan: Plan, frame: int, grid: Grid) -> tuple[Fraction, Fraction]:
    """Where to start reading, and how far behind that place the chunk's first frame then lies.

    Half a frame early, so that rounding never loses the frame that is asked for.
    """
    moment = Fraction(plan.origin_s).limit_denominator(1_000_000) + frame / grid.rate
    seek = moment - 1 / (2 * grid.rate)
    seek = seek // MICROSECOND * MICROSECOND if seek > 0 and frame > 0 else Fraction(0)
    return seek, moment - seek


def _input(
    ffmpeg: str, source: str, demuxer: str, *, seek_s: Fraction, threads: int, keyframes_only: bool = False
) -> list[str]:
    return [
        ffmpeg,
        "-hide_banner",
        "-nostdin",  # never wait for a key
        "-v", "error",  # what is kept of it goes into the log when it fails
        "-threads", str(threads),  # of the decoder
        # the keyframe at or before the place, instead of decoding everything from there to it
        *(["-skip_frame", "nokey", "-noaccurate_seek"] if keyframes_only else []),
        "-protocol_whitelist", "file",  # the file cannot name another place to read from
        *(["-enable_drefs", "0"] if demuxer == "mov" else []),  # nor another file for its samples
        "-f", demuxer,  # what the probe found; nothing guesses a second time
        *(["-ss", _decimal(seek_s)] if seek_s else []),  # before -i: jumps by the index, then decodes up to the place
        "-i", f"file:{source}",  # with its protocol, or a name with a colon would choose one
    ]  # fmt: skip


def _decimal(value: Fraction) -> str:
    return f"{float(value):.6f}"


# -- picture -----------------------------------------------------------------------------------------------------------


def _video_graph(
    picture: Picture, grid: Grid, frames: int, rungs: Sequence[Rung], *, shift_s: Fraction, fast: bool
) -> str:
    """Repair the picture once, then scale from the largest rung down, each from the one above it."""
    widest_first = sorted(range(len(rungs)), key=lambda number: -rungs[number].width)
    flags = "fast_bilinear" if fast else "bicubic"
    steps = [f"[0:{picture.stream}]{','.join(_repair(picture, grid, frames, shift_s))}[whole]"]
    feed = "whole"
    for place, number in enumerate(widest_first):
        rung = rungs[number]
        first = place == 0
        scale = _first_scale(picture, rung, flags) if first else f"scale={rung.width}:{rung.height}:flags={flags}"
        if place + 1 < len(widest_first):
            steps.append(f"[{feed}]{scale},setsar=1,split[v{number}][below{place}]")
        else:
            steps.append(f"[{feed}]{scale},setsar=1[v{number}]")
        feed = f"below{place}"
    return ";".join(steps)


def _repair(picture: Picture, grid: Grid, frames: int, shift_s: Fraction) -> list[str]:
    """ffmpeg has turned the picture upright before this (autorotate)."""
    rate = f"{grid.rate.numerator}/{grid.rate.denominator}"
    return [
        *(["bwdif=mode=send_frame:deint=all"] if picture.deinterlace else []),  # one frame of two fields
        f"setpts=PTS-{_decimal(shift_s)}/TB",  # the chunk's first frame at 0
        f"fps={rate}:start_time=0",  # constant rate: repeats or drops, and fills a late start with the first frame
        "tpad=stop=-1:stop_mode=clone",  # the last frame stands until the planned number is reached ...
        f"trim=end_frame={frames}",  # ... here: -frames would close every rung as soon as one of them has it
    ]


def _first_scale(picture: Picture, rung: Rung, flags: str) -> str:
    """To the largest rung, in BT.709, limited range, 8 bit 4:2:0: what every browser shows alike."""
    size = f"{rung.width}:{rung.height}"
    if picture.hdr:
        return _tonemapped(picture.colour, size)
    # transparent parts become black, as on every player's background
    flatten = "premultiply=inplace=1," if picture.alpha else ""
    matrix = SCALE_MATRICES.get(picture.colour.matrix or "", "bt709")
    given = "full" if picture.colour.full_range else "limited"
    return (
        f"{flatten}scale={size}:flags={flags}:in_color_matrix={matrix}:in_range={given}"
        f":out_color_matrix=bt709:out_range=limited,format=yuv420p"
    )


SCALE_MATRICES = {
    "bt709": "bt709", "bt470bg": "bt470", "smpte170m": "smpte170m", "smpte240m": "smpte240m", "fcc": "fcc",
    "bt2020nc": "bt2020", "bt2020c": "bt2020",
}  # fmt: skip


def _tonemapped(colour: Colour, size: str) -> str:
    """HDR10 or HLG to BT.709: scaled first because light is costly, then linear, tone-mapped, and back."""
    given = f"tin={colour.transfer}:pin={colour.primaries}:min={colour.matrix}"
    given += f":rin={'full' if colour.full_range else 'limited'}"
    return (
        f"scale={size}:flags=bicubic,"
        f"zscale={given}:t=linear:npl=100,format=gbrpf32le,"  # 100 nit is SDR white
        "zscale=p=bt709,tonemap=hable:desat=0,"  # bends highlights instead of clipping them, and keeps their colour
        "zscale=t=bt709:m=bt709:r=limited,format=yuv420p"
    )


def _rung_output(number: int, rung: Rung, lane: Lane, grid: Grid, threads: int) -> list[str]:
    gop = str(grid.gop_frames)
    return [
        "-map", f"[v{number}]",
        f"-c:v:{number}", "libx264",
        f"-preset:v:{number}", lane.preset,
        f"-profile:v:{number}", "high",  # plays everywhere; ultrafast uses less of it by itself
        f"-crf:v:{number}", str(rung.crf),  # constant quality, so easy films come out small ...
        f"-maxrate:v:{number}", str(rung.max_rate),  # ... under a cap, so hard ones still stream
        f"-bufsize:v:{number}", str(rung.max_rate * 2),
        f"-g:v:{number}", gop,  # a keyframe every two seconds, at the same frames in every rung
        f"-keyint_min:v:{number}", gop,
        f"-sc_threshold:v:{number}", "0",  # and nowhere else
        f"-flags:v:{number}", "+cgop",  # closed groups: a segment needs nothing from the one before
        f"-threads:v:{number}", str(threads),
        f"-colorspace:v:{number}", "bt709", f"-color_primaries:v:{number}", "bt709",
        f"-color_trc:v:{number}", "bt709", f"-color_range:v:{number}", "tv",  # say what the filters made
    ]  # fmt: skip


def _mp4_to_pipe(grid: Grid) -> list[str]:
    return [
        "-an", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1",  # picture alone; no private data of the file
        "-video_track_timescale", str(grid.timescale),  # a frame is a whole number of ticks
        "-f", "mp4",
        "-movflags", "+empty_moov+default_base_moof+frag_keyframe",  # written forwards only, a group at a time
        "pipe:1",
    ]  # fmt: skip


# -- sound -------------------------------------------------------------------------------------------------------------


def audio_lead_frames(first_tick: int) -> int:
    """Frames that come out before the chunk's own first one and are thrown away."""
    return min(PREROLL_FRAMES, first_tick // AAC_FRAME // PREROLL_GRAIN * PREROLL_GRAIN) + PRIMING_FRAMES


def audio_chunk(*, ffmpeg: str, source: str, plan: Plan, track: AudioPlan, chunk: Chunk) -> list[str]:
    """AAC-LC stereo of one chunk as ADTS on standard output, preceded by `audio_lead_frames`."""
    first, end = track.bounds[chunk.first], track.bounds[chunk.end]
    begin = first - (audio_lead_frames(first) - PRIMING_FRAMES) * AAC_FRAME
    seek = Fraction(plan.origin_s).limit_denominator(1_000_000) + Fraction(begin, AAC_RATE)
    return [
        *_input(ffmpeg, source, plan.demuxer, seek_s=seek, threads=1),
        "-map", f"0:{track.stream}",
        "-af", ",".join(_sound_filters(end - begin)),
        "-c:a", "aac",
        "-profile:a", "aac_low",  # LC: the one that every browser plays
        "-b:a", "160k",
        "-vn", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1",
        "-f", "adts",  # frames with their own lengths, nothing else
        "pipe:1",
    ]  # fmt: skip


def _sound_filters(samples: int) -> list[str]:
    return [
        # 48 kHz; gaps in the timestamps become silence, so that sound never runs ahead of the picture.
        # Dialogue sits in the centre channel: full level for it, half for what is behind, none of the bass effects.
        f"aresample={AAC_RATE}:async=1:first_pts=0:clev=1:slev=0.5",
        "aformat=sample_fmts=fltp:channel_layouts=stereo",
        "alimiter=limit=0.95:level=disabled",  # what the sum of channels adds over full scale
        "apad",  # silence up to the film's end
        f"atrim=end_sample={samples + 2 * AAC_FRAME}",  # what the frames thrown away at both ends need
    ]


# -- stills ------------------------------------------------------------------------------------------------------------

JPEG_QUALITY = "4"  # of 2 (best) to 31
POSTER_LONG_SIDE = 1280
CARD = "1280x720"
WAVEFORM_S = "600"  # of a long recording; the shape of ten minutes is shape enough


def still(ffmpeg: str, source: str, plan: Plan, film: Film, frame: int) -> list[str]:
    """The keyframe before a frame, repaired as the film is, as JPEG on standard output."""
    picture = film.picture
    scale = min(Fraction(1), Fraction(POSTER_LONG_SIDE, max(picture.width, picture.height)))
    size = Rung(name="", width=_even(picture.width * scale), height=_even(picture.height * scale), crf=0, max_rate=0)
    seek, _ = _seek(plan, frame, film.grid)
    graph = [
        "setpts=0",  # a keyframe before the place would otherwise count as too early and be dropped
        *(["bwdif=deint=all"] if picture.deinterlace else []),
        _first_scale(picture, size, "bicubic"),
        "setsar=1",
    ]
    return [
        *_input(ffmpeg, source, plan.demuxer, seek_s=seek, threads=1, keyframes_only=True),
        "-map", f"0:{picture.stream}", "-vf", ",".join(graph),
        *_one_jpeg(),
    ]  # fmt: skip


def cover(ffmpeg: str, source: str, plan: Plan, stream: int) -> list[str]:
    """Cover art that a recording carries."""
    scale = f"scale='min({POSTER_LONG_SIDE},iw)':-2,format=yuvj420p"
    return [
        *_input(ffmpeg, source, plan.demuxer, seek_s=Fraction(0), threads=1),
        "-map",
        f"0:{stream}",
        "-vf",
        scale,
        *_one_jpeg(),
    ]


def waveform(ffmpeg: str, source: str, plan: Plan, stream: int) -> list[str]:
    """The shape of a recording's sound, on a dark ground."""
    graph = (
        f"[0:{stream}]atrim=duration={WAVEFORM_S},aformat=channel_layouts=mono,"
        f"showwavespic=s={CARD}:colors=0x7c9cff[wave];color=0x14161f:s={CARD}[ground];[ground][wave]overlay,format=yuvj420p[card]"
    )
    return [
        *_input(ffmpeg, source, plan.demuxer, seek_s=Fraction(0), threads=1),
        "-filter_complex", graph, "-map", "[card]",
        *_one_jpeg(),
    ]  # fmt: skip


def sprite_sheet(ffmpeg: str, width: int, height: int, *, columns: int, rows: int) -> list[str]:
    """One image of `columns` x `rows` thumbnails from a film of keyframes on standard input."""
    return [
        ffmpeg, "-hide_banner", "-v", "error",
        "-protocol_whitelist", "pipe", "-f", "mov", "-i", "pipe:0",
        "-vf", f"scale={width}:{height}:flags=area,setsar=1,tile={columns}x{rows},format=yuvj420p",
        *_one_jpeg(),
    ]  # fmt: skip


def _one_jpeg() -> list[str]:
    return ["-an", "-sn", "-dn", "-frames:v", "1", "-c:v", "mjpeg", "-q:v", JPEG_QUALITY, "-f", "image2pipe", "pipe:1"]


def _even(length: Fraction) -> int:
    return max(2, ceil(length / 2 - Fraction(1, 2)) * 2)
