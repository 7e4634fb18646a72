"""Can this machine encode on its hardware, and does what comes out keep the plan's promises?

Asked once for each film with a ladder that may be made so: a test picture goes through exactly the flags and sizes of
that ladder. Whatever is wrong, the answer is software, and a sentence of the log says why.
"""

import io
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import av

from watchparty_transcoder.errors import Broken, NotAsPlanned, TookTooLong
from watchparty_transcoder.ffmpeg import commands
from watchparty_transcoder.ffmpeg.process import Processes
from watchparty_transcoder.plan.models import SOFTWARE, EncoderName, Grid, Lane, Rung
from watchparty_transcoder.plan.plan import on
from watchparty_transcoder.probe.h264 import starts_afresh
from watchparty_transcoder.probe.tracks import colour_of

if TYPE_CHECKING:
    VideoPacket = av.Packet[av.VideoStream]

log = logging.getLogger(__name__)

TRIAL_S = 30.0  # it takes one or two; a driver that needs this long is stuck
SECOND_GROUP_FRAMES = 5
BT709 = ("bt709", "bt709", "bt709", False)


def choose(
    candidates: Sequence[EncoderName],
    lane: Lane,
    grid: Grid,
    *,
    ffmpeg: Callable[[], str],
    processes: Processes,
    threads: int,
    patience_s: float = TRIAL_S,
) -> EncoderName:
    """The first of them that stands its trial."""
    frames = grid.gop_frames + SECOND_GROUP_FRAMES
    for name in candidates:
        tried = on(lane, name)
        try:
            command = commands.trial_chunk(ffmpeg=ffmpeg(), grid=grid, lane=tried, frames=frames, threads=threads)
            with processes.run(command, timeout_s=patience_s) as running:
                made = running.stdout.read()
            check(made, grid, tried.rungs, frames=frames)
        except (Broken, TookTooLong) as error:
            log.warning("not encoding with %s: %s", name, reason(error))
        else:
            return name
    return SOFTWARE


def reason(error: Broken | TookTooLong) -> str:
    """In one line: the first thing that ffmpeg said, after its command line."""
    lines = error.detail.splitlines()
    return lines[1] if len(lines) > 1 else error.detail


def check(made: bytes, grid: Grid, rungs: Sequence[Rung], *, frames: int) -> None:
    """Raises NotAsPlanned with the first promise that is not kept."""
    try:
        with av.open(io.BytesIO(made), "r") as film:
            streams = film.streams.video
            if len(streams) != len(rungs):
                raise NotAsPlanned(f"{len(streams)} of {len(rungs)} renditions came out")
            packets: dict[int, list[VideoPacket]] = {stream.index: [] for stream in streams}
            for packet in film.demux(streams):
                if packet.size:  # the last one only says that there are no more
                    packets[packet.stream.index].append(packet)
            for stream, rung in zip(streams, rungs, strict=True):
                _check_times(packets[stream.index], rung, grid, frames)
                _check_pictures(stream, packets[stream.index], rung, frames)
    except av.error.FFmpegError as error:
        raise NotAsPlanned(f"what came out cannot be read: {error}") from error


def _check_times(packets: "Sequence[VideoPacket]", rung: Rung, grid: Grid, frames: int) -> None:
    """Every frame, in the order in which it is shown, and a new beginning exactly where the grid has one."""
    first = packets[0].pts or 0 if packets else 0
    ticks = [round(((packet.pts or 0) - first) * packet.time_base * grid.rate) for packet in packets]
    if ticks != list(range(frames)):
        raise NotAsPlanned(f"{rung.name}: not the {frames} frames in a row that were given")
    keyframes = [place for place, packet in enumerate(packets) if packet.is_keyframe]
    if keyframes != list(range(0, frames, grid.gop_frames)):
        raise NotAsPlanned(f"{rung.name}: keyframes at {keyframes}, not every {grid.gop_frames} frames")
    if not all(starts_afresh(bytes(packets[place])) for place in keyframes):
        raise NotAsPlanned(f"{rung.name}: a keyframe that frames before it are needed for")


def _check_pictures(stream: av.VideoStream, packets: "Sequence[VideoPacket]", rung: Rung, frames: int) -> None:
    """All of them can be decoded, and look as players expect."""
    decoder = stream.codec_context
    shown = [frame for packet in [*packets, None] for frame in decoder.decode(packet)]
    if len(shown) != frames:
        raise NotAsPlanned(f"{rung.name}: {len(shown)} of {frames} frames can be decoded")
    last = shown[-1]
    if (last.width, last.height, last.format.name) != (rung.width, rung.height, "yuv420p"):
        raise NotAsPlanned(f"{rung.name}: pictures are {last.width}x{last.height} {last.format.name}")
    if decoder.profile != "High":
        raise NotAsPlanned(f"{rung.name}: profile {decoder.profile}, not High")
    colour = colour_of(last)
    if (colour.primaries, colour.transfer, colour.matrix, colour.full_range) != BT709:
        raise NotAsPlanned(f"{rung.name}: does not say that its colours are BT.709")
