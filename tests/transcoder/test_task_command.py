"""The command of a Cloud Run task, as a process with Google's own clients, killed by the system and restarted."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.google.pubsub_topic import Topic
from fakes.google.strict_gcs import StrictGcs
from fakes.waiting import eventually
from transcoder.cloud import MEDIA, UPLOADS, VIDEO, download, upload
from transcoder.decoding import decode_video
from transcoder.films import AAC, X264, audio, make, video
from transcoder.running import environment
from watchparty_transcoder.events.transcode_event import Failed, Finished, Progress, Started

pytestmark = [pytest.mark.media, pytest.mark.service]

SECONDS = 26


@pytest.fixture
def topic(pubsub_host: str, monkeypatch: pytest.MonkeyPatch) -> Topic:
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", pubsub_host)
    opened = Topic()
    opened.open()
    return opened


def start(gcs: StrictGcs, topic: Topic, generation: int, index: int, *, restarts: int = 0) -> "subprocess.Popen[bytes]":
    settings = {
        "STORAGE_EMULATOR_HOST": f"http://{gcs.host}",
        "GOOGLE_CLOUD_PROJECT": "demo",
        "WATCHPARTY_UPLOADS_BUCKET": UPLOADS,
        "WATCHPARTY_MEDIA_BUCKET": MEDIA,
        "WATCHPARTY_TRANSCODE_TOPIC": topic.name,
        "VIDEO_ID": VIDEO,
        "GENERATION": str(generation),
        "ATTEMPT": "1",
        "CLOUD_RUN_TASK_INDEX": str(index),
        "CLOUD_RUN_TASK_COUNT": "2",
        "CLOUD_RUN_TASK_ATTEMPT": str(restarts),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "watchparty_transcoder", "--task"],
        env=environment(**settings), stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def test_killed_by_the_system(gcs: StrictGcs, topic: Topic, tmp_path: Path) -> None:
    """The first task is killed once there are segments; restarted, it finishes the film with the other one."""
    recipe = [*video("160x90", rate="15", seconds=SECONDS), *audio(SECONDS), *X264, "-pix_fmt", "yuv422p", *AAC]
    held = upload(gcs, make(tmp_path / "film.mp4", recipe))
    first, other = (start(gcs, topic, held.generation, index) for index in (0, 1))
    eventually("there are segments", lambda: any(name.endswith(".m4s") for _, name in list(gcs.objects)), within_s=60)
    assert first.poll() is None
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    restarted = start(gcs, topic, held.generation, 0, restarts=1)
    for process in (restarted, other):
        _, log = process.communicate(timeout=120)
        assert process.returncode == 0, log.decode()
    events = topic.events()
    finished = [event for event in events if isinstance(event, Finished)]
    assert finished
    assert not [event for event in events if isinstance(event, Failed)]
    assert {event.task for event in events if isinstance(event, Started | Progress)} == {0}
    folder = download(gcs, tmp_path / "out", f"media/{VIDEO}/{held.generation}/")
    assert len(decode_video(folder / finished[0].renditions[0].playlist).times) == SECONDS * 15


def test_a_refused_file_is_announced_once(gcs: StrictGcs, topic: Topic, tmp_path: Path) -> None:
    """Both tasks exit with 0, because a retry would change nothing; the uploader gets the sentence."""
    garbage = tmp_path / "film.mp4"
    garbage.write_bytes(bytes(range(256)) * 40)
    held = upload(gcs, garbage)
    for process in [start(gcs, topic, held.generation, index) for index in (0, 1)]:
        _, log = process.communicate(timeout=60)
        assert process.returncode == 0, log.decode()
    (failed,) = (event for event in topic.events() if isinstance(event, Failed))
    assert (failed.code, failed.task) == ("unsupported", 0)


def test_settings_are_named(tmp_path: Path) -> None:
    """A task with missing or forbidden settings exits with 3 and names them."""
    ended = subprocess.run(
        [sys.executable, "-m", "watchparty_transcoder", "--task"],
        env=environment(CLOUD_RUN_EXECUTION="x", STORAGE_EMULATOR_HOST="http://127.0.0.1:1"),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 3
    assert b"must not be set in the cloud" in ended.stderr
