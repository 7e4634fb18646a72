"""A prewarmed process reads its arguments from standard input, once, and does not wait for ever."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from transcoder.films import AAC, X264, audio, make, video
from transcoder.running import command, environment
from watchparty_transcoder.prewarm import receive_arguments


def prewarmed() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "watchparty_transcoder", "--prewarm"],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.media
def test_it_runs_like_the_command(tmp_path: Path) -> None:
    """Its events are those of the run; afterwards its standard input ties it to its parent."""
    film = make(tmp_path / "film.mp4", [*video(seconds=3), *audio(3), *X264, *AAC])
    arguments = [*command(film, tmp_path / "out")[3:], "--with-parent"]
    with prewarmed() as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(arguments).encode() + b"\n")
        process.stdin.flush()
        kinds = [json.loads(line)["kind"] for line in process.stdout]
        assert process.wait() == 0
    assert kinds[0] == "started"
    assert kinds[-1] == "finished"
    assert (tmp_path / "out" / "master.m3u8").exists()


@pytest.mark.media
def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    """When standard input closes, as after kill -9 of the server, it exits without output and without an error."""
    with prewarmed() as process:
        said, logged = process.communicate(timeout=60)
    assert (process.returncode, said, logged) == (0, b"", b"")


def test_it_gives_up_without_arguments() -> None:
    """Half a line does not make it wait for ever either."""
    reader, writer = os.pipe()
    try:
        assert receive_arguments(descriptor=reader, patience_s=0.01) is None
        os.write(writer, b'["--in')
        assert receive_arguments(descriptor=reader, patience_s=0.01) is None
    finally:
        os.close(reader)
        os.close(writer)


def test_arguments_may_arrive_in_parts() -> None:
    """A pipe does not preserve lines."""
    reader, writer = os.pipe()
    try:
        os.write(writer, b'["--in')
        os.write(writer, b'put"]\n')
        assert receive_arguments(descriptor=reader, patience_s=5) == ["--input"]
    finally:
        os.close(reader)
        os.close(writer)
