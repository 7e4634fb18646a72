"""Frames that are larger than allowed are refused before a decoder allocates one, whatever the codec."""

import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from transcoder.films import AAC, audio, ffmpeg, video

pytestmark = [pytest.mark.media, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

MEMORY_MIB = 220
"""The interpreter with libav takes 40; one frame of these files would take 1,400."""


def _gif() -> bytes:
    picture = b"\x2c" + struct.pack("<HHHH", 0, 0, 65535, 65535) + b"\x00\x02\x02\x44\x01\x00"
    return b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\x80\0\0" + b"\0\0\0\xff\xff\xff" + picture * 2 + b"\x3b"


def _apng() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [
            chunk(b"IHDR", struct.pack(">IIBBBBB", 65500, 32000, 8, 6, 0, 0, 0)),
            chunk(b"acTL", struct.pack(">II", 1, 0)),
            chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 65500, 32000, 0, 0, 1, 10, 0, 0)),
            chunk(b"IDAT", zlib.compress(b"\0" * 1000)),
            chunk(b"IEND", b""),
        ]
    )


def _motion_jpeg(folder: Path) -> bytes:
    """Sound that is in order, and pictures whose own header claims 65,500 x 65,500."""
    film = _film(folder / "jpeg.avi", "64x64", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s16le")
    at = film.index(b"\xff\xc0")
    data = bytearray(film)
    while at >= 0:
        data[at + 5 : at + 9] = struct.pack(">HH", 65500, 65500)
        at = data.find(b"\xff\xc0", at + 2)
    return bytes(data)


def _film(path: Path, size: str, *codec: str) -> bytes:
    ffmpeg(*video(size, rate="2", seconds=1), *audio(1), *codec, path)
    return path.read_bytes()


def _h264(folder: Path, name: str) -> bytes:
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-frames:v", "1"]
    return _film(folder / name, "9216x4096", *codec, *AAC)


PROBE = r"""
import json, re, sys
from pathlib import Path
from watchparty_transcoder.config import Limits
from watchparty_transcoder.errors import TranscodeError
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.source.source import on_disk
codes = {}
for each in sys.argv[1:]:
    try:
        probe(on_disk(Path(each)), Limits())
    except TranscodeError as error:
        codes[Path(each).name] = error.code
peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
print(json.dumps([codes, int(peak[1]) // 1024]))
"""


def test_frames_are_measured_before_they_are_decoded(tmp_path: Path) -> None:
    """Every file is too large, also where only a picture inside says so, and none of them takes memory."""
    files = {
        "gif": _gif(),
        "apng": _apng(),
        "jpeg": _motion_jpeg(tmp_path),
        "mp4": _h264(tmp_path, "film.mp4"),
        "ts": _h264(tmp_path, "film.ts"),
        "mkv": _h264(tmp_path, "film.mkv"),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", PROBE, *(str(tmp_path / name) for name in files)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    codes, memory_mib = json.loads(ended.stdout)
    assert codes == dict.fromkeys(files, "too_large")
    assert memory_mib < MEMORY_MIB
