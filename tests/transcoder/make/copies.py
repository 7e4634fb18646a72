"""Copies a film in this process, without encoding anything, and reads frames as plain ffmpeg decodes them."""

import subprocess
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from transcoder.chunks import encoder
from transcoder.films import FFMPEG
from watchparty_transcoder.config import Limits
from watchparty_transcoder.make.copy import copy_streams
from watchparty_transcoder.mp4.segment import MissingPart, StoredSegment
from watchparty_transcoder.plan.models import Plan
from watchparty_transcoder.plan.plan import make_plan
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.publish.publisher import Publisher
from watchparty_transcoder.publish.verify import read_back, verify
from watchparty_transcoder.source.source import on_disk


@dataclass
class Copied:
    plan: Plan
    folder: Path
    segments: list[StoredSegment] = field(default_factory=list)

    @property
    def video(self) -> Path:
        assert self.plan.video
        assert self.plan.video.copy, self.plan.video.not_copied
        return self.folder / f"{self.plan.video.copy.name}.m3u8"

    @property
    def audio(self) -> Path:
        (track,) = [each for each in self.plan.audio if each.copied]
        return self.folder / f"{track.name}.m3u8"


def plan_of(film: Path) -> Plan:
    return make_plan(probe(on_disk(film), Limits()))


def copy(film: Path, folder: Path) -> Copied:
    """The copied renditions with their playlists, verified as they are before a film counts as finished."""
    plan = plan_of(film)
    result = Copied(plan, folder)
    worker = encoder(film, plan, folder)
    publisher = Publisher(plan, worker.storage)

    def report(item: StoredSegment | MissingPart) -> None:
        assert isinstance(item, StoredSegment), item
        result.segments.append(item)
        publisher.progress.add(item)

    copied = [track for track in plan.audio if track.copied]
    copy_streams(worker, plan.video.copy if plan.video else None, copied, report)
    publisher.progress.audio = [each for each in publisher.progress.audio if each.name.endswith("/copy")]
    publisher.progress.video = [each for each in publisher.progress.video if each.source == "copy"]
    verify(publisher.progress, read_back(worker.storage))
    publisher.publish()
    return result


def frames(source: Path, *options: str) -> list[tuple[Fraction, str]]:
    """When each frame is shown, and the checksum of its pixels, as plain ffmpeg decodes them."""
    ran = subprocess.run(
        [FFMPEG, "-v", "error", "-nostdin", *options, "-i", str(source), "-map", "0:v:0", "-fps_mode", "passthrough",
         "-copyts", "-enc_time_base", "-1", "-f", "framemd5", "-"],
        capture_output=True, check=True, text=True, timeout=60,
    )  # fmt: skip
    lines = ran.stdout.splitlines()
    base = next(Fraction(line.partition(": ")[2]) for line in lines if line.startswith("#tb 0"))
    rows = [[cell.strip() for cell in line.split(",")] for line in lines if not line.startswith("#")]
    return [(int(row[2]) * base, row[5]) for row in rows]
