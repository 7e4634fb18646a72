"""The contract of every storage adapter."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier

import pytest

from fakes.google.strict_gcs import StrictGcs
from fakes.s3_service import S3Service, fresh_buckets
from transcoder.cloud import RecordedEvents, brokered, gcs_storage
from watchparty_transcoder.broker.originals import Original
from watchparty_transcoder.errors import WriteConflict
from watchparty_transcoder.storage.brokered import BrokeredStorage
from watchparty_transcoder.storage.folder import FolderStorage
from watchparty_transcoder.storage.port import Storage
from watchparty_transcoder.storage.s3 import S3Storage


def s3_storage(s3: S3Service) -> S3Storage:
    return S3Storage(s3.client, s3.media, "media/v1/7/")


@pytest.fixture(params=["folder", "bucket", "s3", "brokered folder", "brokered bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    storage: Storage
    if request.param.endswith("folder"):
        storage = FolderStorage(tmp_path / "media")
    elif request.param == "s3":
        storage = s3_storage(fresh_buckets(request.getfixturevalue("s3_endpoint")))
    else:
        storage = gcs_storage(request.getfixturevalue("gcs"))
    if not request.param.startswith("brokered"):
        yield storage
        return
    with brokered(Original(lambda *_: b"", 0), storage, RecordedEvents()) as client:
        yield BrokeredStorage(client)


def test_written_is_read(storage: Storage) -> None:
    """The last write counts; size needs no read."""
    storage.write("v360/ladder.m3u8", b"one")
    storage.write("v360/ladder.m3u8", b"three")
    assert storage.read("v360/ladder.m3u8") == b"three"
    assert storage.size("v360/ladder.m3u8") == 5


def test_a_missing_object_is_none(storage: Storage) -> None:
    """It is not an error."""
    assert storage.read("master.m3u8") is None
    assert storage.size("master.m3u8") is None


def test_listed_with_sizes(storage: Storage) -> None:
    """sizes lists everything, or one folder."""
    for name in ("a0/aac-00000.m4s", "v360/ladder-00000.m4s", "master.m3u8"):
        storage.write(name, name.encode())
    assert storage.sizes() == {"a0/aac-00000.m4s": 16, "v360/ladder-00000.m4s": 21, "master.m3u8": 11}
    assert list(storage.sizes("v360/")) == ["v360/ladder-00000.m4s"]
    assert storage.sizes("s0/") == {}


def test_clear_deletes_everything(storage: Storage) -> None:
    """Objects can be written again afterwards."""
    storage.write("v360/ladder.m3u8", b"one")
    storage.clear()
    assert storage.read("v360/ladder.m3u8") is None
    storage.write("v360/ladder.m3u8", b"two")
    assert storage.read("v360/ladder.m3u8") == b"two"


def test_clear_deletes_by_prefix(storage: Storage) -> None:
    """One rendition among others of its size; the others stay, and all names can be written again."""
    kept = ("v360/ladder-00000.m4s", "v720/ladder-nvenc.m3u8")
    for name in ("v360/ladder-nvenc-00000.m4s", "v360/ladder-nvenc.m3u8", *kept):
        storage.write(name, name.encode())
    storage.clear("v360/ladder-nvenc")
    assert sorted(storage.sizes()) == sorted(kept)
    for name in ("v360/ladder-nvenc.m3u8", *kept):
        storage.write(name, b"again")
        assert storage.read(name) == b"again"


def test_a_created_object_stays(storage: Storage) -> None:
    """What a player has cached under a name stays valid."""
    assert storage.create("a0/aac-init.mp4", b"one")
    assert not storage.create("a0/aac-init.mp4", b"two")
    assert storage.read("a0/aac-init.mp4") == b"one"


@pytest.mark.parametrize("method", ["write", "create"])
def test_two_threads_write_one_name(storage: Storage, method: str) -> None:
    """As two chunks write their initialisation segment: neither fails, one is complete, and it is created once."""
    both, rounds = Barrier(2), 50

    def write(content: bytes) -> list[bool | None]:
        answers = []
        for number in range(rounds):
            both.wait(timeout=30)
            with suppress(WriteConflict):  # the second of several writers gets this error
                answers.append(getattr(storage, method)(f"a0/{number}.mp4", content))
        return answers

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(write, [b"1" * 5000, b"2" * 9000])
    assert {storage.size(f"a0/{number}.mp4") for number in range(rounds)} <= {5000, 9000}
    if method == "create":
        assert all(first != second for first, second in zip(one, other, strict=True))


def test_no_run_replaces_a_version_that_it_has_not_seen(gcs: StrictGcs) -> None:
    """In a bucket, a run that was believed dead gets an error first; only then can it replace the object."""
    one, other = gcs_storage(gcs), gcs_storage(gcs)
    one.write("master.m3u8", b"short")
    with pytest.raises(WriteConflict):
        other.write("master.m3u8", b"stale")
    other.write("master.m3u8", b"longer")
    with pytest.raises(WriteConflict):
        one.write("master.m3u8", b"late")
    assert other.read("master.m3u8") == b"longer"


def test_cached_for_ever_or_not_at_all(gcs: StrictGcs) -> None:
    """Segments have their type and are cached; playlists are always fetched."""
    storage = gcs_storage(gcs)
    storage.write("master.m3u8", b"#EXTM3U")
    storage.create("v360/ladder-00000.m4s", b"1")
    held = {name: facts for (_, name), facts in gcs.objects.items()}
    playlist, segment = held["media/v1/7/master.m3u8"], held["media/v1/7/v360/ladder-00000.m4s"]
    assert (playlist.content_type, playlist.cache_control) == ("application/vnd.apple.mpegurl", "no-cache")
    assert (segment.content_type, segment.cache_control) == ("video/mp4", "public, max-age=31536000, immutable")


def test_cached_in_s3_as_in_the_cloud(s3_endpoint: str) -> None:
    """Objects have the same types and cache headers in S3."""
    s3 = fresh_buckets(s3_endpoint)
    storage = s3_storage(s3)
    storage.write("master.m3u8", b"#EXTM3U")
    storage.create("v360/ladder-00000.m4s", b"1")
    playlist = s3.client.head_object(Bucket=s3.media, Key="media/v1/7/master.m3u8")
    segment = s3.client.head_object(Bucket=s3.media, Key="media/v1/7/v360/ladder-00000.m4s")
    assert (playlist["ContentType"], playlist["CacheControl"]) == ("application/vnd.apple.mpegurl", "no-cache")
    assert (segment["ContentType"], segment["CacheControl"]) == ("video/mp4", "public, max-age=31536000, immutable")


def test_remnants_of_a_killed_write_are_deleted(tmp_path: Path) -> None:
    """The next run deletes them."""
    (tmp_path / "a.m4s.unfinished").write_bytes(b"half")
    FolderStorage(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_other_errors_of_the_disk_are_not_hidden(tmp_path: Path) -> None:
    """Only a full disk becomes a DiskFull error."""
    storage = FolderStorage(tmp_path)
    (tmp_path / "v360").write_bytes(b"a file where a folder should be")
    with pytest.raises(FileExistsError):
        storage.write("v360/ladder.m3u8", b"one")
