"""Tests whether this machine can encode on its hardware, and whether the output has the properties that the plan needs.

Done once per film with a ladder that hardware may encode: a test pattern is encoded with exactly the flags and sizes of
that ladder. If anything is wrong, software encodes the ladder, and the log says why.
"""

import io
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import av

from watchparty_transcoder.errors import InternalError, PlanMismatch, TimedOut
from watchparty_transcoder.ffmpeg import commands
from watchparty_transcoder.ffmpeg.process import Processes
from watchparty_transcoder.plan.models import SOFTWARE, EncoderName, Grid, Pass, RenditionPlan
from watchparty_transcoder.plan.plan import pass_with_encoder
from watchparty_transcoder.probe.h264 import starts_with_idr
from watchparty_transcoder.probe.tracks import colour_of

if TYPE_CHECKING:
    VideoPacket = av.Packet[av.VideoStream]

log = logging.getLogger(__name__)

TRIAL_S = 30.0
"""A trial takes one or two seconds; a driver that needs this long is stuck."""
SECOND_GROUP_FRAMES = 5
BT709 = ("bt709", "bt709", "bt709", False)


def choose(
    candidates: Sequence[EncoderName],
    encode_pass: Pass,
    grid: Grid,
    *,
    ffmpeg: Callable[[], str],
    processes: Processes,
    threads: int,
    patience_s: float = TRIAL_S,
) -> EncoderName:
    """The first candidate that passes its trial, else software."""
    frames = grid.gop_frames + SECOND_GROUP_FRAMES
    for name in candidates:
        tried = pass_with_encoder(encode_pass, name)
        try:
            command = commands.trial_chunk(
                ffmpeg=ffmpeg(), grid=grid, encode_pass=tried, frames=frames, threads=threads
            )
            with processes.run(command, timeout_s=patience_s) as running:
                made = running.stdout.read()
            check(made, grid, tried.renditions, frames=frames)
        except (InternalError, TimedOut) as error:
            log.warning("not encoding with %s: %s", name, reason(error))
        else:
            return name
    return SOFTWARE


def reason(error: InternalError | TimedOut) -> str:
    """One line: the first that ffmpeg wrote, after its command line."""
    lines = error.detail.splitlines()
    return lines[1] if len(lines) > 1 else error.detail


def check(made: bytes, grid: Grid, renditions: Sequence[RenditionPlan], *, frames: int) -> None:
    """Raises PlanMismatch with the first property that is missing."""
    try:
        with av.open(io.BytesIO(made), "r") as video:
            streams = video.streams.video
            if len(streams) != len(renditions):
                raise PlanMismatch(f"{len(streams)} of {len(renditions)} renditions were encoded")
            packets: dict[int, list[VideoPacket]] = {stream.index: [] for stream in streams}
            for packet in video.demux(streams):
                if packet.size:  # the last packet is an empty end marker
                    packets[packet.stream.index].append(packet)
            for stream, rendition in zip(streams, renditions, strict=True):
                _check_times(packets[stream.index], rendition, grid, frames)
                _check_pictures(stream, packets[stream.index], rendition, frames)
    except av.error.FFmpegError as error:
        raise PlanMismatch(f"the output cannot be read: {error}") from error


def _check_times(packets: "Sequence[VideoPacket]", rendition: RenditionPlan, grid: Grid, frames: int) -> None:
    """Every frame, in presentation order, and an IDR frame exactly where the grid has a keyframe."""
    first = packets[0].pts or 0 if packets else 0
    ticks = [round(((packet.pts or 0) - first) * packet.time_base * grid.rate) for packet in packets]
    if ticks != list(range(frames)):
        raise PlanMismatch(f"{rendition.name}: not the {frames} consecutive input frames")
    keyframes = [place for place, packet in enumerate(packets) if packet.is_keyframe]
    if keyframes != list(range(0, frames, grid.gop_frames)):
        raise PlanMismatch(f"{rendition.name}: keyframes at {keyframes}, not every {grid.gop_frames} frames")
    if not all(starts_with_idr(bytes(packets[place])) for place in keyframes):
        raise PlanMismatch(f"{rendition.name}: a keyframe that depends on earlier frames")


def _check_pictures(
    stream: av.VideoStream, packets: "Sequence[VideoPacket]", rendition: RenditionPlan, frames: int
) -> None:
    """All frames can be decoded, in the format that players expect."""
    decoder = stream.codec_context
    shown = [frame for packet in [*packets, None] for frame in decoder.decode(packet)]
    if len(shown) != frames:
        raise PlanMismatch(f"{rendition.name}: {len(shown)} of {frames} frames can be decoded")
    last = shown[-1]
    if (last.width, last.height, last.format.name) != (rendition.width, rendition.height, "yuv420p"):
        raise PlanMismatch(f"{rendition.name}: frames are {last.width}x{last.height} {last.format.name}")
    if decoder.profile != "High":
        raise PlanMismatch(f"{rendition.name}: profile {decoder.profile}, not High")
    colour = colour_of(last)
    if (colour.primaries, colour.transfer, colour.matrix, colour.full_range) != BT709:
        raise PlanMismatch(f"{rendition.name}: not tagged as BT.709")
