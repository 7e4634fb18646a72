"""A run may be killed at any time and started again; it may be started twice; the disk may fill up."""

import json
import os
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from transcoder.decoding import decode_video, segments
from transcoder.films import AAC, X264, audio, make, video
from transcoder.running import Outcome, command, environment, transcode

pytestmark = pytest.mark.media

SECONDS = 26


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cannot be copied (4:2:2); long enough to be interrupted midway."""
    recipe = [*video(seconds=SECONDS), *audio(SECONDS), *X264, "-pix_fmt", "yuv422p", *AAC]
    return make(tmp_path_factory.mktemp("film") / "film.mp4", recipe)


def start(source: Path, folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command(source, folder), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


def events(process: "subprocess.Popen[bytes]") -> Iterator[dict[str, object]]:
    assert process.stdout
    for line in process.stdout:
        yield json.loads(line)


def names(folder: Path) -> dict[str, int]:
    """Every segment with its modification time."""
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*.m4s")}


def kill_after(source: Path, folder: Path, kind: str, count: int, number: int) -> int:
    """Starts a run and sends it a signal when the `count`-th event of a kind arrives."""
    process = start(source, folder)
    for event in events(process):
        count -= event["kind"] == kind
        if count == 0:
            process.send_signal(number)
            break
    process.communicate(timeout=30)
    return process.returncode


def check_complete(outcome: Outcome) -> None:
    assert outcome.exit_code == 0, outcome.log
    assert outcome.last["kind"] == "finished"
    for rendition in outcome.last["renditions"]:
        playlist = outcome.folder / rendition["playlist"]
        assert len(decode_video(playlist).times) == SECONDS * 30
        assert all(path.is_file() for path, _ in segments(playlist))
    assert not list(outcome.folder.rglob("*.unfinished"))


def test_killed_and_started_again(film: Path, tmp_path: Path) -> None:
    """After kill -9 a second run continues: existing segments are not written again, and the film is complete."""
    folder = tmp_path / "out"
    assert kill_after(film, folder, "playable", 2, signal.SIGKILL) == -signal.SIGKILL
    written = names(folder)
    assert written
    outcome = transcode(film, folder)
    check_complete(outcome)
    after = names(folder)
    assert {name: after[name] for name in written} == written


def test_stopped_by_its_supervisor(film: Path, tmp_path: Path) -> None:
    """SIGTERM ends it at once with 143, without a `failed` event, and ffmpeg with it."""
    folder = tmp_path / "out"
    process = start(film, folder)
    for event in events(process):
        assert event["kind"] != "failed"
        if event["kind"] == "playable":
            break
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    ffmpegs = [
        int(number) for task in children.parent.parent.iterdir() for number in (task / "children").read_text().split()
    ]
    terminated_at = time.monotonic()
    process.terminate()
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 143
    assert time.monotonic() - terminated_at < 10
    assert b"failed" not in rest
    assert not [number for number in ffmpegs if Path(f"/proc/{number}").exists()]


def test_finished_is_emitted_again(film: Path, tmp_path: Path) -> None:
    """A run over finished output writes no segment, emits `finished` again and succeeds."""
    first = transcode(film, tmp_path / "out")
    check_complete(first)
    written = names(tmp_path / "out")
    again = transcode(film, tmp_path / "out")
    assert again.kinds() == ["finished"]
    assert again.exit_code == 0
    assert names(tmp_path / "out") == written
    facts = {name: value for name, value in again.last.items() if name not in ("attempt", "seq")}
    assert facts == {name: value for name, value in first.last.items() if name not in ("attempt", "seq")}


def test_a_lost_segment_is_encoded_again(film: Path, tmp_path: Path) -> None:
    """A marker whose segment is missing does not count."""
    folder = tmp_path / "out"
    transcode(film, folder)
    (folder / ".state" / "finished.json").unlink()
    lost = next(folder.rglob("ladder-00001.m4s"))
    lost.unlink()
    check_complete(transcode(film, folder))
    assert lost.is_file()


def test_another_file_under_the_same_name_starts_again(film: Path, tmp_path: Path) -> None:
    """The plan of another file is not used."""
    folder = tmp_path / "out"
    kill_after(film, folder, "playable", 1, signal.SIGKILL)
    other = make(tmp_path / "other.mp4", [*video(seconds=3), *audio(3), *X264, *AAC])
    outcome = transcode(other, folder)
    assert outcome.exit_code == 0, outcome.log
    assert outcome.last["duration_s"] == pytest.approx(3, abs=0.05)
    assert outcome.last["renditions"][-1]["source"] == "copy"


def run_limited(source: Path, folder: Path, largest_file: int) -> Outcome:
    """With a limit on file sizes, which to a writer looks like a full disk."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    ended = subprocess.run(
        command(source, folder), env=environment(), capture_output=True, timeout=120, check=False, preexec_fn=limit
    )
    return Outcome(
        folder, ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()], ended.stderr.decode()
    )


def test_disk_full(film: Path, tmp_path: Path) -> None:
    """It fails with a sentence, leaves no partial file, and continues once there is space."""
    folder = tmp_path / "out"
    outcome = run_limited(film, folder, 20_000)
    assert outcome.exit_code == 3
    assert (outcome.last["kind"], outcome.last["code"]) == ("failed", "internal")
    assert outcome.last["waits_for"] == "disk_space"
    assert "disk space" in outcome.last["message"]
    assert not list(folder.rglob("*.unfinished"))
    check_complete(transcode(film, folder))


def test_full_file_system(film: Path, tmp_path: Path) -> None:
    """The same on a real file system of 300 kB."""
    if os.geteuid() != 0:
        pytest.skip("tmpfs: needs root")
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", small], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("tmpfs: this container may not mount")
    try:
        outcome = transcode(film, small / "out")
        assert outcome.exit_code == 3
        assert "disk space" in outcome.last["message"]
    finally:
        subprocess.run(["umount", small], check=True)


def test_no_ffmpeg(film: Path, tmp_path: Path) -> None:
    """Without ffmpeg, a film that has to be encoded fails with a sentence for the uploader and exit code 3."""
    outcome = transcode(film, tmp_path / "out", WATCHPARTY_FFMPEG="/nowhere/ffmpeg")
    assert outcome.exit_code == 3
    assert "ffmpeg" in outcome.last["message"]
