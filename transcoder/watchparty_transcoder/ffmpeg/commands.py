"""Writes ffmpeg's command lines for chunks. Pure: a plan in, a list of arguments out; `process` runs them.

Every flag has its reason beside it. The input is always one object with its demuxer forced and the protocols cut
down to what reading it takes, whatever it contains.
"""

from collections.abc import Sequence
from fractions import Fraction

from watchparty_transcoder.ffmpeg import filters
from watchparty_transcoder.ffmpeg.encoders import ENCODERS
from watchparty_transcoder.plan.models import (
    AAC_FRAME,
    AAC_RATE,
    AudioPlan,
    Chunk,
    Grid,
    Pass,
    Plan,
    RenditionPlan,
    VideoPlan,
)
from watchparty_transcoder.source.source import Source

MICROSECOND = Fraction(1, 1_000_000)
PREROLL_FRAMES = 48  # of AAC, encoded and thrown away before a chunk: about 1 s, in which rate control settles
PRIMING_FRAMES = 1  # ffmpeg's AAC encoder puts one frame of silence first
PREROLL_GRAIN = 3  # three frames are 64 ms exactly, so that chunks begin on a whole microsecond


def video_chunk(
    *,
    ffmpeg: str,
    source: Source,
    plan: Plan,
    video: VideoPlan,
    encode_pass: Pass,
    renditions: Sequence[RenditionPlan],
    chunk: Chunk,
    threads: int,
) -> list[str]:
    """One decode, every rung of `rungs`, exactly the chunk's frames, as fragmented MP4 on standard output."""
    seek_s, shift_s = seek(plan, video.grid.bounds[chunk.first], video.grid)
    scaling = filters.COARSE if encode_pass.kind == "fast" else filters.FINE
    graph = filters.video_graph(video, renditions, frames=video.grid.frames_of(chunk), shift_s=shift_s, scaling=scaling)
    return [
        *reading(ffmpeg, source, plan.demuxer, seek_s=seek_s, threads=threads),
        *_video_to_pipe(graph, video.grid, encode_pass, renditions, threads),
    ]


def black_chunk(
    *, ffmpeg: str, video: VideoPlan, encode_pass: Pass, renditions: Sequence[RenditionPlan], chunk: Chunk, threads: int
) -> list[str]:
    """The same chunk where the original cannot be decoded."""
    frames = video.grid.frames_of(chunk)
    graph = filters.invented_graph(filters.BLACK, video.grid, renditions, frames=frames)
    return [*_quiet(ffmpeg), *_video_to_pipe(graph, video.grid, encode_pass, renditions, threads)]


def trial_chunk(*, ffmpeg: str, grid: Grid, encode_pass: Pass, frames: int, threads: int) -> list[str]:
    """A moving test picture through exactly what the lane's chunks will go through."""
    graph = filters.invented_graph(filters.MOVING, grid, encode_pass.renditions, frames=frames)
    return [*_quiet(ffmpeg), *_video_to_pipe(graph, grid, encode_pass, encode_pass.renditions, threads)]


def seek(plan: Plan, frame: int, grid: Grid) -> tuple[Fraction, Fraction]:
    """Where to start reading, and how far behind that place the frame then lies.

    Half a frame early, so that rounding never loses the frame that is asked for.
    """
    moment = Fraction(plan.origin_s).limit_denominator(1_000_000) + frame / grid.rate
    place = moment - 1 / (2 * grid.rate)
    place = place // MICROSECOND * MICROSECOND if place > 0 and frame > 0 else Fraction(0)
    return place, moment - place


def _quiet(ffmpeg: str) -> list[str]:
    return [
        ffmpeg,
        "-hide_banner",
        "-nostdin",  # never wait for a key
        "-v", "error",  # what is kept of it goes into the log when it fails
    ]  # fmt: skip


def reading(
    ffmpeg: str, source: Source, demuxer: str, *, seek_s: Fraction, threads: int, keyframes_only: bool = False
) -> list[str]:
    """Everything up to and including the input."""
    return [
        *_quiet(ffmpeg),
        "-max_error_rate", "1",  # damaged frames are skipped however many they are; what is missing is counted by us
        "-threads", str(threads),  # of the decoder
        # the keyframe at or before the place, instead of decoding everything from there to it
        *(["-skip_frame", "nokey", "-noaccurate_seek"] if keyframes_only else []),
        "-protocol_whitelist", source.protocols,  # the file cannot name another kind of place to read from
        *(["-enable_drefs", "0"] if demuxer == "mov" else []),  # nor another file for its samples
        "-f", demuxer,  # what the probe found; nothing guesses a second time
        *(["-ss", f"{float(seek_s):.6f}"] if seek_s else []),  # before -i: jumps by the index, decodes the rest
        "-i", source.url,
    ]  # fmt: skip


# -- picture -----------------------------------------------------------------------------------------------------------


def _video_to_pipe(
    graph: str, grid: Grid, encode_pass: Pass, renditions: Sequence[RenditionPlan], threads: int
) -> list[str]:
    encoder = ENCODERS[encode_pass.encoder]
    if encoder.upload:
        graph = ";".join([graph, *(f"[v{number}]{encoder.upload}[u{number}]" for number in range(len(renditions)))])
    feed = "u" if encoder.upload else "v"
    return [
        *encoder.device,
        "-filter_complex", graph,
        *(
            word
            for number, rendition in enumerate(renditions)
            for word in ("-map", f"[{feed}{number}]", *_rendition_output(number, rendition, encode_pass, grid, threads))
        ),
        *_mp4_to_pipe(grid),
    ]  # fmt: skip


def _rendition_output(number: int, rendition: RenditionPlan, encode_pass: Pass, grid: Grid, threads: int) -> list[str]:
    gop = str(grid.gop_frames)
    encoder = ENCODERS[encode_pass.encoder]
    own_flags = encoder.own_flags(encode_pass, rendition)
    return [
        f"-c:v:{number}", encoder.codec,
        *(word for flag, value in own_flags.items() for word in (f"-{flag}:v:{number}", value)),
        f"-profile:v:{number}", "high",  # plays everywhere; ultrafast uses less of it by itself
        f"-maxrate:v:{number}", str(rendition.max_rate),  # a cap, so that hard films still stream
        f"-bufsize:v:{number}", str(rendition.max_rate * 2),
        f"-g:v:{number}", gop,  # a keyframe every two seconds, at the same frames in every rung
        f"-keyint_min:v:{number}", gop,
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


def audio_chunk(*, ffmpeg: str, source: Source, plan: Plan, track: AudioPlan, chunk: Chunk) -> list[str]:
    """AAC-LC stereo of one chunk as ADTS on standard output, preceded by `audio_lead_frames`."""
    first, end = track.bounds[chunk.first], track.bounds[chunk.end]
    begin = first - (audio_lead_frames(first) - PRIMING_FRAMES) * AAC_FRAME
    seek = Fraction(plan.origin_s).limit_denominator(1_000_000) + Fraction(begin, AAC_RATE)
    return [
        *reading(ffmpeg, source, plan.demuxer, seek_s=seek, threads=1),
        "-map", f"0:{track.stream}",
        "-af", ",".join(_audio_filters(end - begin)),
        *_adts_to_pipe(),
    ]  # fmt: skip


def _audio_filters(samples: int) -> list[str]:
    return [
        # 48 kHz; gaps in the timestamps become silence, so that sound never runs ahead of the picture.
        # Dialogue sits in the centre channel: full level for it, half for what is behind, none of the bass effects.
        f"aresample={AAC_RATE}:async=1:first_pts=0:clev=1:slev=0.5",
        "aformat=sample_fmts=fltp:channel_layouts=stereo",
        "alimiter=limit=0.95:level=disabled",  # what the sum of channels adds over full scale
        "apad",  # silence up to the film's end
        f"atrim=end_sample={samples + 2 * AAC_FRAME}",  # what the frames thrown away at both ends need
    ]


def silent_chunk(*, ffmpeg: str, track: AudioPlan, chunk: Chunk) -> list[str]:
    """The same chunk where the original cannot be decoded."""
    lead = audio_lead_frames(track.bounds[chunk.first]) - PRIMING_FRAMES
    samples = track.bounds[chunk.end] - track.bounds[chunk.first] + lead * AAC_FRAME
    return [
        *_quiet(ffmpeg),
        "-f", "lavfi", "-i", f"anullsrc=r={AAC_RATE}:cl=stereo,atrim=end_sample={samples + 2 * AAC_FRAME}",
        *_adts_to_pipe(),
    ]  # fmt: skip


def _adts_to_pipe() -> list[str]:
    return [
        "-c:a", "aac",
        "-profile:a", "aac_low",  # LC: the one that every browser plays
        "-b:a", "160k",
        "-vn", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1",
        "-f", "adts",  # frames with their own lengths, nothing else
        "pipe:1",
    ]  # fmt: skip
