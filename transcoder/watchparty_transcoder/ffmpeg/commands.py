"""Builds ffmpeg's command lines for chunks. Pure: a plan in, a list of arguments out; `process` runs them.

Every flag has its reason beside it. The input is always a single object, with the demuxer forced and the protocols
restricted to what reading it needs, whatever the object contains.
"""

from collections.abc import Sequence
from fractions import Fraction

from msgspec.structs import replace

from watchparty_transcoder.ffmpeg import filters
from watchparty_transcoder.ffmpeg.decoded_frames import LISTED
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
from watchparty_transcoder.source.limits import MAX_PIXELS
from watchparty_transcoder.source.source import Source

MICROSECOND = Fraction(1, 1_000_000)
PREROLL_FRAMES = 48
"""AAC frames that are encoded and discarded before a chunk: about 1 s, in which rate control settles."""
PRIMING_FRAMES = 1
"""ffmpeg's AAC encoder begins with one frame of silence."""
FED_BEGIN_S = Fraction(10)
"""The time of the film's beginning in what is fed to ffmpeg, so that what precedes it has no negative time."""
DOWNMIX = "clev=1:slev=0.5"
"""The centre channel carries dialogue and keeps its level; surround gets half, bass effects are dropped."""
EARLY_S = 0.03
"""Sound that is this much early or late is moved. ffmpeg's own 0.1 s is noticed, and small gaps add up to it. Less
would cut into sound whose times are imprecise: libav's for Vorbis in Ogg are up to 14 ms late."""
EARLY_AFTER_JOINS_S = 0.01
"""In formats with precise times, whose joined parts end up to a frame of sound apart from the picture."""
PRECISE = ("mpegts", "mpeg")
"""Demuxers of formats that count in 90,000ths of a second."""
PREROLL_GRAIN = 3
"""Three frames are exactly 64 ms, so that the preroll begins at a whole microsecond."""


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
    lists_frames: bool = False,
) -> list[str]:
    """One decode, all of `renditions`, exactly the chunk's frames, as fragmented MP4 on standard output.

    `lists_frames`: the decoded frames are listed on standard error, from the chunk's beginning as 0.
    """
    seek_s, shift_s = seek_position(plan, video.grid.bounds[chunk.first], video.grid)
    scaling = filters.COARSE if encode_pass.kind == "fast" else filters.FINE
    graph = filters.video_graph(
        video,
        renditions,
        feed=input_stream(plan, video.decoded.stream),
        lists_frames=lists_frames,
        frames=video.grid.frames_of(chunk),
        shift_s=shift_s,
        scaling=scaling,
    )
    listed = ["-map", "[listed]", "-c:v", "wrapped_avframe", *LISTED] if lists_frames else []
    return [
        *input_arguments(ffmpeg, source, plan, seek_s=seek_s, threads=threads),
        *_video_to_pipe(graph, video.grid, encode_pass, renditions, threads),
        *listed,
    ]


def black_chunk(
    *, ffmpeg: str, video: VideoPlan, encode_pass: Pass, renditions: Sequence[RenditionPlan], chunk: Chunk, threads: int
) -> list[str]:
    """The chunk in black, for a part of the original that cannot be decoded."""
    frames = video.grid.frames_of(chunk)
    graph = filters.generated_graph(filters.BLACK, video.grid, renditions, frames=frames)
    return [*_quiet(ffmpeg), *_video_to_pipe(graph, video.grid, encode_pass, renditions, threads)]


def trial_chunk(*, ffmpeg: str, grid: Grid, encode_pass: Pass, frames: int, threads: int) -> list[str]:
    """A moving test pattern, with exactly the filters and flags of the pass."""
    graph = filters.generated_graph(filters.MOVING, grid, encode_pass.renditions, frames=frames)
    return [*_quiet(ffmpeg), *_video_to_pipe(graph, grid, encode_pass, encode_pass.renditions, threads)]


def seek_position(plan: Plan, frame: int, grid: Grid) -> tuple[Fraction, Fraction]:
    """Where to start reading, and how much later the requested frame follows.

    Starts half a frame early, so that rounding never loses the requested frame. A file in which seeking is not exact
    is read from its beginning, on its own clock.
    """
    moment = _begin(plan) + frame / grid.rate
    if not plan.seekable:
        return Fraction(0), moment
    start = moment - 1 / (2 * grid.rate)
    start = start // MICROSECOND * MICROSECOND if start > 0 and frame > 0 else Fraction(0)
    return start, moment - start


def _begin(plan: Plan) -> Fraction:
    """The time at which the film begins, on the clock of what ffmpeg reads."""
    if plan.fed:
        return FED_BEGIN_S
    return Fraction(plan.origin_s if plan.seekable else plan.container_origin_s).limit_denominator(1_000_000)


def _quiet(ffmpeg: str) -> list[str]:
    return [
        ffmpeg,
        "-hide_banner",
        "-nostdin",  # never wait for keyboard input
        "-v", "error",  # goes to our log if ffmpeg fails
    ]  # fmt: skip


def input_arguments(
    ffmpeg: str, source: Source, plan: Plan, *, seek_s: Fraction, threads: int, keeps_filters: bool = True
) -> list[str]:
    """The arguments up to and including the input; if its clock may jump, the input is a pipe (see `make/feed.py`)."""
    return [
        *_quiet(ffmpeg),
        *_decoding(threads),
        # where the size changes mid-film, the filters that count frames must not start again
        *(["-reinit_filter", "0"] if keeps_filters else []),
        # ffmpeg would subtract the beginning of the streams that it uses, and these differ between processes
        *([] if plan.seekable else ["-copyts"]),
        *(FED_INPUT if plan.fed else _file_input(source, plan.demuxer, seek_s)),
    ]  # fmt: skip


def still_arguments(
    ffmpeg: str, source: Source, plan: Plan, *, seek_s: Fraction, keyframes_only: bool = False
) -> list[str]:
    """The same for a picture that may be from anywhere near `seek_s`, on ffmpeg's clock."""
    return [
        *_quiet(ffmpeg),
        *_decoding(1),
        # take the keyframe at or before the position, instead of decoding up to it
        *(["-skip_frame", "nokey", "-noaccurate_seek"] if keyframes_only else []),
        *_file_input(source, plan.demuxer, seek_s),
    ]


def _decoding(threads: int) -> list[str]:
    return [
        "-max_error_rate", "1",  # skip damaged frames, however many; we count the frames ourselves
        "-threads", str(threads),  # of the decoder
        "-max_pixels", str(MAX_PIXELS),  # of any frame, also of one that is larger than the first
    ]  # fmt: skip


FED_INPUT = ["-protocol_whitelist", "pipe", "-f", "nut", "-i", "pipe:0"]


def _file_input(source: Source, demuxer: str, seek_s: Fraction) -> list[str]:
    return [
        "-protocol_whitelist", source.protocols,  # the file cannot refer to other protocols
        *(["-enable_drefs", "0"] if demuxer == "mov" else []),  # nor to another file for its samples
        "-f", demuxer,  # what the probe found; ffmpeg does not guess again
        *(["-ss", f"{float(seek_s):.6f}"] if seek_s else []),  # before -i: seeks by the index, decodes the rest
        "-i", source.url,
    ]  # fmt: skip


def input_stream(plan: Plan, stream: int) -> str:
    """How filters and options name a stream of the input: a pipe has just that one."""
    return "0:0" if plan.fed else f"0:{stream}"


# -- video -------------------------------------------------------------------------------------------------------------


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
            argument
            for number, rendition in enumerate(renditions)
            for argument in ("-map", f"[{feed}{number}]", *_output(number, rendition, encode_pass, grid, threads))
        ),
        *_mp4_to_pipe(grid),
    ]  # fmt: skip


def _output(number: int, rendition: RenditionPlan, encode_pass: Pass, grid: Grid, threads: int) -> list[str]:
    gop = str(grid.gop_frames)
    encoder = ENCODERS[encode_pass.encoder]
    own_flags = encoder.own_flags(encode_pass, rendition)
    return [
        f"-c:v:{number}", encoder.codec,
        *(part for flag, value in own_flags.items() for part in (f"-{flag}:v:{number}", value)),
        f"-profile:v:{number}", "high",  # plays everywhere; ultrafast uses only a part of it
        f"-maxrate:v:{number}", str(rendition.max_rate),  # a cap, so that demanding films still stream
        f"-bufsize:v:{number}", str(rendition.max_rate * 2),
        f"-g:v:{number}", gop,  # a keyframe every two seconds, at the same frames in every rendition
        f"-keyint_min:v:{number}", gop,
        f"-flags:v:{number}", "+cgop",  # closed groups: a segment needs nothing from the previous one
        f"-threads:v:{number}", str(threads),
        f"-colorspace:v:{number}", "bt709", f"-color_primaries:v:{number}", "bt709",
        f"-color_trc:v:{number}", "bt709", f"-color_range:v:{number}", "tv",  # what the filters produce
    ]  # fmt: skip


def _mp4_to_pipe(grid: Grid) -> list[str]:
    return [
        "-an", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1",  # video only; no private data of the file
        "-video_track_timescale", str(grid.timescale),  # a frame is a whole number of ticks
        "-f", "mp4",
        "-movflags", "+empty_moov+default_base_moof+frag_keyframe",  # written sequentially, one group at a time
        "pipe:1",
    ]  # fmt: skip


# -- audio -------------------------------------------------------------------------------------------------------------


def audio_lead_frames(first_tick: int) -> int:
    """How many frames precede the chunk's own first one and are discarded."""
    return min(PREROLL_FRAMES, first_tick // AAC_FRAME // PREROLL_GRAIN * PREROLL_GRAIN) + PRIMING_FRAMES


def decoded_audio(*, ffmpeg: str, source: Source, plan: Plan, track: AudioPlan, chunk: Chunk) -> list[str]:
    """The samples of one chunk as a NUT file on standard output, in one layout even where the file's changes.

    When the layout changes, ffmpeg sets up the filters again, and those that count samples would count anew. So these
    filters run in another process, which reads the output.
    """
    seek_s, shift_s = _audio_position(plan, track, chunk)
    preroll = audio_lead_frames(track.bounds[chunk.first]) * AAC_FRAME
    end_s = shift_s + Fraction(preroll + track.bounds[chunk.end] - track.bounds[chunk.first], AAC_RATE) + 1
    return [
        *input_arguments(ffmpeg, source, plan, seek_s=seek_s, threads=1, keeps_filters=False),
        "-map", input_stream(plan, track.stream),
        "-af", f"aresample={AAC_RATE}:{DOWNMIX},aformat=sample_fmts=s16:channel_layouts=stereo,"
        f"atrim=end={float(end_s):.6f}",
        "-c:a", "pcm_s16le", "-vn", "-sn", "-dn", "-f", "nut", "pipe:1",
    ]  # fmt: skip


def _audio_position(plan: Plan, track: AudioPlan, chunk: Chunk) -> tuple[Fraction, Fraction]:
    """Where to start reading, and by how much the frames before the chunk follow."""
    first = track.bounds[chunk.first]
    begin = first - (audio_lead_frames(first) - PRIMING_FRAMES) * AAC_FRAME
    moment = _begin(plan) + Fraction(begin, AAC_RATE)
    # ffmpeg seeks by the picture, and so past all sound that precedes its first frame
    precedes = plan.video is not None and begin <= plan.video.begins_s * AAC_RATE
    return (moment, Fraction(0)) if plan.seekable and not precedes else (Fraction(0), moment)


def audio_chunk(
    *, ffmpeg: str, source: Source, plan: Plan, track: AudioPlan, chunk: Chunk, from_decoded: bool = False
) -> list[str]:
    """AAC-LC stereo of one chunk as ADTS on standard output, preceded by `audio_lead_frames`.

    What was decoded is listed on standard error, from the beginning of the frames that precede the chunk as 0.
    `from_decoded`: the input is the output of `decoded_audio`.
    """
    first, end = track.bounds[chunk.first], track.bounds[chunk.end]
    begin = first - (audio_lead_frames(first) - PRIMING_FRAMES) * AAC_FRAME
    seek_s, shift_s = _audio_position(plan, track, chunk)
    if from_decoded:
        given = [*_quiet(ffmpeg), "-copyts", *FED_INPUT]
        plan, track = replace(plan, fed=True), replace(track, mix="", right=None)
    else:
        given = input_arguments(ffmpeg, source, plan, seek_s=seek_s, threads=1)
    return [
        *given,
        "-filter_complex", _audio_graph(plan, track, shift_s, end - begin), "-map", "[a]",
        *_adts_to_pipe(),
        "-map", "[listed]", "-c:a", "pcm_u8", *LISTED,
    ]  # fmt: skip


def _audio_graph(plan: Plan, track: AudioPlan, shift_s: Fraction, samples: int) -> str:
    begin = [f"asetpts=PTS-{float(shift_s):.6f}/TB"] if shift_s else []
    early_s = EARLY_AFTER_JOINS_S if plan.demuxer in PRECISE else EARLY_S
    on_time = [
        *([f"pan={track.mix}"] if track.mix else []),
        # 48 kHz; gaps in the timestamps become silence, so that audio never runs ahead of the video
        f"aresample={AAC_RATE}:async=1:first_pts=0:{DOWNMIX}:min_hard_comp={early_s}",
    ]
    whole = [
        "aformat=sample_fmts=fltp:channel_layouts=stereo",
        "alimiter=limit=0.95:level=disabled",  # where the sum of channels exceeds full scale
        "apad",  # silence up to the end of the film
        f"atrim=end_sample={samples + 2 * AAC_FRAME}",  # room for the frames that are discarded at both ends
    ]
    # one channel is enough to see which times were decoded
    listed = f"[decoded]pan=mono|c0=c0,atrim=end={float(Fraction(samples, AAC_RATE)):.6f}[listed]"
    split = f"[{input_stream(plan, track.stream)}]{','.join([*begin, 'asplit[given][decoded]'])};{listed};"
    left = f"{split}[given]{','.join(on_time)}"
    if track.right is None:
        return f"{left},{','.join(whole)}[a]"
    one = "aformat=channel_layouts=mono"
    right = f"[{input_stream(plan, track.right)}]{','.join([*begin, *on_time])}"
    return (
        f"{left},{one}[left];{right},{one}[right];[left][right]join=inputs=2:channel_layout=stereo,{','.join(whole)}[a]"
    )


def silent_chunk(*, ffmpeg: str, track: AudioPlan, chunk: Chunk) -> list[str]:
    """The chunk in silence, for a part of the original that cannot be decoded."""
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
        "-profile:a", "aac_low",  # LC: the profile that every browser plays
        "-b:a", "160k",
        "-vn", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1",
        "-f", "adts",  # just frames, each with its length
        "pipe:1",
    ]  # fmt: skip
