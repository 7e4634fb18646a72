"""What the playlists contain at each moment."""

from pathlib import Path

from transcoder.facts import facts, video
from watchparty_transcoder.mp4.segment import StoredSegment
from watchparty_transcoder.plan.models import Plan
from watchparty_transcoder.plan.plan import make_plan, with_encoder
from watchparty_transcoder.publish.publisher import Publisher
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.folder import FolderStorage

PLAYLIST = "v360/fast.m3u8"


def plan() -> Plan:
    return make_plan(facts(video=video(codec="hevc", keyframes=())))


def storage_in(folder: Path) -> FolderStorage:
    """With the part of an initialisation segment that the publisher reads: profile and level."""
    storage = FolderStorage(folder)
    storage.create(layout.init("v360/fast"), b"avcC\x01\x64\x00\x28")
    return storage


def publish(publisher: Publisher, *numbers: int) -> None:
    """Video whose audio is still missing."""
    for number in numbers:
        publisher.progress.add(StoredSegment("v360/fast", number, 4.0, 500_000, 120, 0, 0))
    publisher.publish()


def named(folder: Path) -> int:
    return (folder / PLAYLIST).read_text().count("#EXTINF")


def test_a_playlist_never_shrinks(tmp_path: Path) -> None:
    """A restarted run learns piece by piece what its predecessor stored; players keep what they were offered."""
    publish(Publisher(plan(), storage_in(tmp_path)), 0, 1, 2, 3)
    again = Publisher(plan(), storage_in(tmp_path))
    publish(again, 0, 1)
    assert named(tmp_path) == 4
    publish(again, 2, 3, 4)
    assert named(tmp_path) == 5


def test_another_plan_mid_film(tmp_path: Path) -> None:
    """Segments that both plans have in common count; renditions of only one of them are dropped."""
    publisher = Publisher(with_encoder(plan(), "nvenc"), storage_in(tmp_path))
    publish(publisher, 0, 1, 2)
    publisher.progress.add(StoredSegment("v360/ladder-nvenc", 0, 4.0, 500_000, 120, 0, 0))
    publisher.progress.drop(["v720/fast"])
    publisher.switch_plan(plan())
    ready = {each.name: each.ready for each in publisher.progress.video}
    assert ready == {"v360/fast": 3, "v1080/ladder": 0, "v720/ladder": 0, "v480/ladder": 0, "v360/ladder": 0}
