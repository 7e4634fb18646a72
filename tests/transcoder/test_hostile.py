"""Malicious files: none of them makes us open anything but the file itself."""

import socket
import subprocess
import threading
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace

from fakes.google.strict_gcs import StrictGcs
from transcoder.cloud import original_in, source_of, upload
from transcoder.facts import facts
from transcoder.films import AAC, FFMPEG, X264, audio, ffmpeg, make, video
from transcoder.running import transcode
from watchparty_transcoder.config import Limits
from watchparty_transcoder.errors import Unsupported
from watchparty_transcoder.ffmpeg.commands import input_arguments
from watchparty_transcoder.plan.plan import make_plan
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.source.source import on_disk

pytestmark = pytest.mark.media

CANARY = b"the canary that must not be read"


class Listener:
    """A port that counts connections."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.calls = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


TEXTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{target}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{target}'\nduration 5\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'mediaPresentationDuration="PT5S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" '
    'bandwidth="1"><BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period></MPD>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\n"
    "a=rtpmap:96 H264/90000\n",
    "image sequence": "{target}",
}


@pytest.mark.parametrize("kind", TEXTS)
def test_playlists_and_scripts_reach_nothing(kind: str, tmp_path: Path) -> None:
    """A text that names a port and a file is refused; no one connects, and the file's content appears nowhere."""
    listener = Listener()
    secret = make(tmp_path / "secret.mp4", [*video(seconds=1), *X264, "-metadata", f"title={CANARY.decode()}"])
    for target in (f"http://127.0.0.1:{listener.port}/a.mp4", f"file:{secret}", str(secret)):
        upload = tmp_path / "upload.mp4"
        upload.write_text(TEXTS[kind].format(target=target, port=listener.port))
        outcome = transcode(upload, tmp_path / "out")
        assert (outcome.exit_code, outcome.last["code"]) == (2, "unsupported")
    assert listener.calls == 0
    assert not list((tmp_path / "out").rglob("*.m4s"))
    listener.close()


@pytest.mark.parametrize("kind", TEXTS)
def test_playlists_and_scripts_from_a_bucket_reach_nothing(kind: str, tmp_path: Path, gcs: StrictGcs) -> None:
    """There the film itself is read over the network, and still nothing else can be."""
    listener = Listener()
    for target in (f"http://127.0.0.1:{listener.port}/a.mp4", f"tcp://127.0.0.1:{listener.port}", "a.mp4"):
        film = tmp_path / "upload.mp4"
        film.write_text(TEXTS[kind].format(target=target, port=listener.port))
        upload(gcs, film)
        with source_of(original_in(gcs), tmp_path / "out") as source, pytest.raises(Unsupported):
            probe(source, Limits())
    assert listener.calls == 0
    listener.close()


@pytest.mark.parametrize("kind", ["hls", "dash", "concat"])
def test_ffmpeg_itself_reaches_nothing(kind: str, tmp_path: Path) -> None:
    """Even with the demuxer for such a text forced, ffmpeg cannot follow it, because the protocols are restricted."""
    listener = Listener()
    text = tmp_path / "upload.mp4"
    text.write_text(TEXTS[kind].format(target=f"http://127.0.0.1:{listener.port}/a.mp4", port=listener.port))
    plan = replace(make_plan(facts()), demuxer=kind)
    command = [*input_arguments(FFMPEG, on_disk(text), plan, seek_s=Fraction(0), threads=1), "-f", "null", "-"]
    assert subprocess.run(command, capture_output=True, check=False, timeout=60).returncode != 0
    assert listener.calls == 0
    listener.close()


def test_samples_in_another_file_are_not_fetched(tmp_path: Path) -> None:
    """A MOV whose data reference names another file does not get its bytes."""
    film = make(tmp_path / "film.mov", [*video(seconds=2), *audio(2), *X264, *AAC])
    data = film.read_bytes()
    marker = b"url \x00\x00\x00\x01"  # "the samples are in this file"
    assert marker in data
    upload = tmp_path / "upload.mov"
    upload.write_bytes(data.replace(marker, b"alis\x00\x00\x00\x00"))
    outcome = transcode(upload, tmp_path / "out")
    assert outcome.last["kind"] in ("finished", "failed")
    assert outcome.exit_code in (0, 2, 3)


def test_a_name_with_a_protocol_is_a_name(tmp_path: Path) -> None:
    """Colons, dashes and quotes in a path have no special meaning."""
    folder = tmp_path / "concat:a|b"
    folder.mkdir()
    film = make(folder / "plain.mp4", [*video(seconds=1), *X264, "-pix_fmt", "yuv422p"])
    odd = folder / "-i 'http: %d.mp4"
    film.rename(odd)
    outcome = transcode(odd, tmp_path / "out")
    assert outcome.exit_code == 0, outcome.log


def test_private_metadata_is_left_behind(tmp_path: Path) -> None:
    """Locations and names that a phone writes into a film do not appear in published files."""
    film = tmp_path / "film.mov"
    ffmpeg(*video(seconds=1), *audio(1), *X264, "-pix_fmt", "yuv422p", *AAC,
           "-metadata", "location=+48.8577+002.295/", "-metadata", f"artist={CANARY.decode()}", film)  # fmt: skip
    outcome = transcode(film, tmp_path / "out")
    assert outcome.exit_code == 0, outcome.log
    for path in outcome.folder.rglob("*"):
        if path.is_file() and ".state" not in path.parts:
            content = path.read_bytes()
            assert b"+48.8577" not in content
            assert CANARY not in content
