"""ffmpeg can read one object of the bucket, by range, and nothing else."""

import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from fakes.google.strict_gcs import StrictGcs
from transcoder.cloud import original_in, source_of, upload
from transcoder.films import AAC, FAST_START, X264, audio, make, video
from watchparty_transcoder.broker.originals import Original
from watchparty_transcoder.config import Limits
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.source.source import on_disk


@dataclass
class Blob:
    """Some bytes, and how many of them were read."""

    content: bytes
    read: int = 0

    def fetch(self, first: int, last: int) -> bytes:
        self.read += last + 1 - first
        return self.content[first : last + 1]


CONTENT = bytes(range(256)) * 5000


def get(url: str, wanted: str | None = None) -> bytes:
    request = urllib.request.Request(url, headers={"Range": wanted} if wanted else {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        content: bytes = answer.read()
        return content


@pytest.mark.parametrize(
    "wanted", [None, "bytes=0-", "bytes=300-", "bytes=5-5", "bytes=1000000-1279999", "bytes=9-99999999"]
)
def test_ranges(wanted: str | None, tmp_path: Path) -> None:
    """Each range is answered with exactly its bytes."""
    begin, _, last = (wanted or "bytes=0-").removeprefix("bytes=").partition("-")
    with source_of(Original(Blob(CONTENT).fetch, len(CONTENT)), tmp_path) as source:
        assert get(source.url, wanted) == CONTENT[int(begin) : int(last or len(CONTENT)) + 1]


def test_nothing_else_is_served(tmp_path: Path) -> None:
    """By the name that ffmpeg knows, nothing is written, and no other name or range can be read."""
    with source_of(Original(Blob(CONTENT).fetch, len(CONTENT)), tmp_path) as source:
        root = source.url.rpartition("/")[0]
        for url in (root + "/", root + "/original", source.url + "/..", source.url + "?x"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                get(url)
        with pytest.raises(urllib.error.HTTPError, match="416"):
            get(source.url, f"bytes={len(CONTENT)}-")
        for method, path in (("POST", ""), ("PUT", ""), ("DELETE", ""), ("PUT", "/objects/a"), ("HEAD", "")):
            request = urllib.request.Request(source.url + path, data=b"x", method=method)
            with pytest.raises(urllib.error.HTTPError, match=r"404|501"):
                urllib.request.urlopen(request, timeout=10)
    assert not list(tmp_path.iterdir())


def test_it_opens_as_a_file(tmp_path: Path) -> None:
    """The file is seekable."""
    with source_of(Original(Blob(CONTENT).fetch, len(CONTENT)), tmp_path) as source, source.open() as file:
        file.seek(1000)
        assert file.read(10) == CONTENT[1000:1010]
        file.seek(-4, 2)
        assert file.read(100) == CONTENT[-4:]


@pytest.mark.media
def test_same_facts_from_the_bucket(gcs: StrictGcs, tmp_path: Path) -> None:
    """A film has the same facts on disk and in the bucket."""
    film = make(tmp_path / "film.mp4", [*video(seconds=9), *audio(9), *X264, *AAC, *FAST_START])
    upload(gcs, film)
    with source_of(original_in(gcs), tmp_path / "out") as source:
        assert probe(source, Limits()) == probe(on_disk(film), Limits())


@pytest.mark.media
def test_a_probe_reads_by_range(tmp_path: Path) -> None:
    """It reads the index and the first frames, not the whole film."""
    noise = ["-f", "lavfi", "-i", "nullsrc=s=640x360:r=30:d=5,geq=random(1)*255:128:128"]
    film = make(tmp_path / "film.mp4", [*noise, *X264, "-qp", "1"])
    blob = Blob(film.read_bytes())
    with source_of(Original(blob.fetch, len(blob.content)), tmp_path) as source:
        probe(source, Limits())
    assert len(blob.content) > 30 << 20
    assert blob.read < 0.7 * len(blob.content)  # 0.15 to 0.36, depending on what is in flight when ffmpeg seeks
