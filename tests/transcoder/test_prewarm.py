"""A process that is ready before its film: it takes its order from standard input, once, and never waits for ever."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from transcoder.films import AAC, X264, audio, make, video
from transcoder.running import command, environment
from watchparty_transcoder.prewarm import receive_arguments


def standing_by() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "watchparty_transcoder", "--prewarm"],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.media
def test_an_order_is_carried_out_as_a_command_would_be(tmp_path: Path) -> None:
    """Its events are the run's; its standard input is from then on what ties it to its parent."""
    film = make(tmp_path / "film.mp4", [*video(seconds=3), *audio(3), *X264, *AAC])
    arguments = [*command(film, tmp_path / "out")[3:], "--with-parent"]
    with standing_by() as process:
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
    """The other end of its standard input is closed, as by kill -9 of the server: no order, no word, no failure."""
    with standing_by() as process:
        said, logged = process.communicate(timeout=60)
    assert (process.returncode, said, logged) == (0, b"", b"")


def test_it_gives_up_when_no_order_comes() -> None:
    """Not even half of one makes it wait for ever."""
    reader, writer = os.pipe()
    try:
        assert receive_arguments(descriptor=reader, patience_s=0.01) is None
        os.write(writer, b'["--in')
        assert receive_arguments(descriptor=reader, patience_s=0.01) is None
    finally:
        os.close(reader)
        os.close(writer)


def test_an_order_may_come_in_pieces() -> None:
    """A pipe promises no lines."""
    reader, writer = os.pipe()
    try:
        os.write(writer, b'["--in')
        os.write(writer, b'put"]\n')
        assert receive_arguments(descriptor=reader, patience_s=5) == ["--input"]
    finally:
        os.close(reader)
        os.close(writer)
