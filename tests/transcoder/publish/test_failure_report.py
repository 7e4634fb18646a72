"""What a failed run leaves for the film's owner: enough to explain the failure, and nothing about the server."""

import json
from pathlib import Path
from typing import Any

import pytest

from transcoder.films import X264, make, video
from transcoder.running import transcode
from watchparty_transcoder.failure_report import PROGRAM, shortened, without_places
from watchparty_transcoder.storage import layout

TEXTS = {
    "ffmpeg -i file:/srv/data/uploads/v1/original -vf scale=iw/2:-2 -f null /dev/null": (
        "ffmpeg -i file:…/original -vf scale=iw/2:-2 -f null …/null"
    ),
    "ffmpeg -i 'file:/srv/my films/v1/original' -r 30000/1001": "ffmpeg -i 'file:…/original' -r 30000/1001",
    '  File "/usr/lib/python3.13/threading.py", line 1': '  File "…/threading.py", line 1',
    f'  File "{PROGRAM}/watchparty_transcoder/pipeline.py", line 7': (
        '  File "watchparty_transcoder/pipeline.py", line 7'
    ),
    "open http://127.0.0.1:4711/secret-name/original: timed out": "open (address) timed out",
    "reading gs://bucket-of-ours/v1/original and s3://films/x": "reading (address) and (address)",
    "Error opening input: /home/ada lovelace/films/a.mkv: Invalid": "Error opening input: …/a.mkv: Invalid",
    "HTTPConnection(host='minio.lan', port=9000): Failed to establish a new connection": (
        "HTTPConnection(host='(address)', port=9000): Failed to establish a new connection"
    ),
    "Connection pool is full, discarding connection: minio.lan. Connection pool size: 32": (
        "Connection pool is full, discarding connection: (address). Connection pool size: 32"
    ),
    "connect to 10.0.0.5:9000 failed; Lavc61.19.100, ffmpeg 7.1.1": (
        "connect to (address) failed; Lavc61.19.100, ffmpeg 7.1.1"
    ),
    "[libx264 @ 0x5581] 3/4 of [0:v]/x and 1/2": "[libx264 @ 0x5581] 3/4 of [0:v]/x and 1/2",
}


@pytest.mark.parametrize(("text", "shown"), TEXTS.items(), ids=range(len(TEXTS)))
def test_places_are_taken_out(text: str, shown: str) -> None:
    """Of paths the last part stays, of addresses nothing; fractions and filters stay as they are."""
    assert without_places({"log": [text], "n": 1}, [Path("/home/ada lovelace")]) == {"log": [shown], "n": 1}


def test_long_lists_are_cut() -> None:
    """The first key frames show what they are like; how many follow is said."""
    assert shortened({"a": [{"b": list(range(100))}]}) == {"a": [{"b": [*range(40), "… 60 more"]}]}


def report_of(folder: Path) -> Any:
    return json.loads((folder / layout.FAILURE).read_bytes())


@pytest.mark.media
def test_a_refused_file(tmp_path: Path) -> None:
    """There is no probe's result for a file that cannot be read; the log has libav's reason."""
    folder = tmp_path / "server's folder"
    folder.mkdir()
    (folder / "film.mkv").write_bytes(bytes(range(256)) * 40)
    ended = transcode(folder / "film.mkv", tmp_path / "out")
    report = report_of(tmp_path / "out")
    assert (ended.exit_code, ended.last["kind"]) == (2, "failed")
    assert (report["code"], report["message"]) == ("unsupported", ended.last["message"])
    assert (report["attempt"], report["probe"], report["plan"]) == (1, None, None)
    assert report["versions"]["ffmpeg"].startswith("ffmpeg version")
    assert any("Invalid data" in line for line in report["log"])
    assert any("Traceback" in line for line in report["log"])


@pytest.mark.media
def test_a_run_that_fails_in_the_middle(tmp_path: Path) -> None:
    """The report has the probe's result, the plan, the command lines and ffmpeg's last words, and no path of the
    server.
    """
    folder = tmp_path / "server's folder"
    folder.mkdir()
    recipe = [*video("160x90", rate="15", seconds=2), *X264, "-pix_fmt", "yuv422p"]
    source = make(folder / "film.mkv", recipe).rename(folder / "film \udcff.mkv")  # a name in another encoding
    broken = tmp_path / "ffmpeg"
    broken.write_text('#!/bin/sh\necho "it went wrong in $0" >&2\nexit 7\n')
    broken.chmod(0o755)
    ended = transcode(source, tmp_path / "out", WATCHPARTY_FFMPEG=str(broken))
    report = report_of(tmp_path / "out")
    assert ended.last["kind"] == "failed"
    assert report["probe"]["video"]["codec"] == "h264"
    assert report["plan"]["duration_s"] == pytest.approx(2, abs=0.1)
    assert any("-i" in command for command in report["commands"])
    assert any("it went wrong" in line for line in report["log"])
    assert str(tmp_path) not in json.dumps(report)
    assert "server's folder" not in json.dumps(report)


@pytest.mark.media
def test_a_film_that_is_ready_leaves_no_report(tmp_path: Path) -> None:
    """Only what fails is explained."""
    source = make(tmp_path / "film.mkv", [*video("160x90", rate="15", seconds=2), *X264])
    assert transcode(source, tmp_path / "out").last["kind"] == "finished"
    assert not (tmp_path / "out" / layout.FAILURE).exists()
