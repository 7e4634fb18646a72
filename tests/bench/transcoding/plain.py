"""The alternative without us: ffmpeg's own HLS ladder in one process, or one process per rendition.

The same x264, preset, rate factor, caps and group length as ours, on all cores, so that only the division of the work
differs.
"""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from transcoder.films import FFMPEG
from watchparty_transcoder.ffmpeg.filters import FINE, cascade
from watchparty_transcoder.plan.models import Grid, RenditionPlan

SEGMENT_S = 4


def ladder(source: Path, folder: Path, grid: Grid, renditions: Sequence[RenditionPlan]) -> subprocess.Popen[bytes]:
    """One decode, one filter graph, every rendition; video only."""
    folder.mkdir(parents=True)
    graph = cascade("0:v", [f"scale={renditions[0].width}:{renditions[0].height}:flags={FINE}"], renditions, FINE)
    outputs = [word for number, rendition in enumerate(renditions) for word in _x264(number, rendition, grid)]
    return _start(
        *("-i", source, "-filter_complex", graph, *outputs, "-an"),
        *("-f", "hls", "-hls_time", SEGMENT_S, "-hls_playlist_type", "event", "-hls_segment_type", "fmp4"),
        *("-var_stream_map", " ".join(f"v:{number}" for number in range(len(renditions)))),
        *("-hls_fmp4_init_filename", "init-%v.mp4", "-hls_segment_filename", folder / "v%v-%05d.m4s"),
        folder / "v%v.m3u8",
    )


def one_process_per_rendition(
    source: Path, folder: Path, grid: Grid, renditions: Sequence[RenditionPlan]
) -> list[subprocess.Popen[bytes]]:
    folder.mkdir(parents=True)
    return [
        _start(
            *("-i", source, "-vf", f"scale={rendition.width}:{rendition.height}:flags={FINE}", "-map", "0:v"),
            *_x264(0, rendition, grid)[2:],
            folder / f"v{number}.mp4",
        )
        for number, rendition in enumerate(renditions)
    ]


def first_segment_s(process: subprocess.Popen[bytes], folder: Path, began_s: float) -> float:
    """Seconds until the first playlist names a segment; the process is killed then."""
    while not any("#EXTINF" in playlist.read_text() for playlist in folder.glob("v*.m3u8")):
        if process.poll() is not None:
            raise AssertionError("the plain ladder exited without a segment")
        time.sleep(0.01)
    took_s = time.monotonic() - began_s
    process.kill()
    process.wait()
    return took_s


def whole_file(folder: Path, number: int) -> Path:
    """The segments of a rendition as one file that can be decoded."""
    path = folder / f"whole-{number}.mp4"
    parts = [folder / f"init-{number}.mp4", *sorted(folder.glob(f"v{number}-*.m4s"))]
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def _x264(number: int, rendition: RenditionPlan, grid: Grid) -> list[str]:
    gop = str(grid.gop_frames)
    return [
        *("-map", f"[v{number}]", f"-c:v:{number}", "libx264", f"-preset:v:{number}", "veryfast"),
        *(
            f"-profile:v:{number}",
            "high",
            f"-crf:v:{number}",
            str(rendition.crf),
            f"-maxrate:v:{number}",
            str(rendition.max_rate),
        ),
        *(f"-bufsize:v:{number}", str(rendition.max_rate * 2), f"-g:v:{number}", gop, f"-keyint_min:v:{number}", gop),
        *(f"-sc_threshold:v:{number}", "0", f"-flags:v:{number}", "+cgop"),
    ]


def _start(*arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([FFMPEG, "-hide_banner", "-nostdin", "-v", "error", "-y", *map(str, arguments)])
