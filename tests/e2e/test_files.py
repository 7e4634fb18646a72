"""Real-world files through the whole product without a browser: each becomes playable or fails with a sentence, and
none stays "processing" forever.
"""

from pathlib import Path
from typing import Any

import pytest

from e2e.films import copyable, film, must_be_encoded, silent, webm
from e2e.home import Home
from fakes.waiting import eventually
from watchparty.demo import Api


def long_film() -> Path:
    """Twenty minutes: one minute, repeated."""
    return film("long-20min.mp4", "-stream_loop", "19", "-i", str(copyable(60)), "-c", "copy")


@pytest.fixture
def host(home: Home) -> Api:
    api = Api(home.url)
    api.become_temporary_host("Ada")
    return api


def outcome(api: Api, path: Path, *, until: str, within_s: float = 90.0) -> dict[str, Any]:
    """Uploads the file and waits until the video is `until` (playable, ready, failed)."""
    video_id = api.upload(path)

    def there() -> dict[str, Any] | None:
        video = api.call("GET", f"/videos/{video_id}")
        done = video["playable"] if until == "playable" else video["status"] in ("ready", "failed")
        return video if done else None

    found: dict[str, Any] = eventually(f"{path.name} is {until}", there, within_s=within_s)
    return found


def test_phone_film_with_its_index_at_the_end(host: Api) -> None:
    """H.264 and AAC are copied, so the original resolution is among the renditions."""
    video = outcome(host, copyable(60), until="ready")
    assert video["status"] == "ready", video["failure"]
    assert max(rendition["height"] for rendition in video["renditions"]) == 360
    assert abs(video["duration_s"] - 60) < 0.2


def test_hevc_with_surround_sound_and_subtitles(host: Api) -> None:
    """An old download is encoded; its subtitles are listed by language."""
    video = outcome(host, must_be_encoded(), until="ready", within_s=180)
    assert video["status"] == "ready", video["failure"]
    assert [track["language"] for track in video["subtitle_tracks"]] == ["en"]
    assert len(video["audio_tracks"]) == 1


def test_webm_and_a_film_without_sound(host: Api) -> None:
    """A screen recording, and a film without an audio track, become ready."""
    recording = outcome(host, webm(), until="ready")
    assert recording["status"] == "ready", recording["failure"]
    quiet = outcome(host, silent(), until="ready")
    assert quiet["status"] == "ready", quiet["failure"]
    assert quiet["audio_tracks"] == []


def test_twenty_minutes_can_be_watched_long_before_they_are_done(host: Api) -> None:
    """A long film is playable while most of it is still being encoded."""
    video = outcome(host, long_film(), until="playable", within_s=30)
    assert video["status"] == "processing"
    assert abs(video["duration_s"] - 1200) < 1
    host.call("DELETE", f"/videos/{video['id']}")


@pytest.mark.parametrize("case", ["truncated", "text", "empty-looking"])
def test_an_unplayable_file_fails_with_a_sentence(host: Api, tmp_path: Path, case: str) -> None:
    """Each fails with a code from the closed list and a sentence, and the library still works."""
    path = tmp_path / "film.mp4"
    whole = copyable(60).read_bytes()
    path.write_bytes(
        {"truncated": whole[: len(whole) // 2], "text": b"Dear diary, " * 500, "empty-looking": b"\0" * 4096}[case]
    )
    video = outcome(host, path, until="failed", within_s=30)
    assert video["status"] == "failed"
    assert video["failure"]["code"] in ("incomplete", "no_media", "corrupt", "unsupported")
    assert video["failure"]["message"].endswith((".", "?"))
    assert host.call("GET", "/videos")["items"][0]["id"] == video["id"]


def test_encoding_continues_after_a_restart(home: Home, host: Api) -> None:
    """After a kill -9 during encoding and a restart, the film becomes ready without further action."""
    video_id = host.upload(must_be_encoded())
    eventually("encoding has begun", lambda: host.call("GET", f"/videos/{video_id}")["progress"] > 0, within_s=60)
    home.kill()
    home.start()

    def ready() -> bool:
        video = host.call("GET", f"/videos/{video_id}")
        assert video["status"] != "failed", video["failure"]
        return bool(video["status"] == "ready")

    eventually("the film is ready after the restart", ready, within_s=180)
