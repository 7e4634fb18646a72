"""A room in browsers that block all cookies, and with them every kind of storage and locks."""

import json
from pathlib import Path

from e2e.conftest import Meet
from e2e.films import copyable
from e2e.party import create_room, join, post, sees_message, wait_for_room

BLOCKED = {"profile": {"default_content_setting_values": {"cookies": 2}}}


def test_a_room_without_cookies(meet: Meet, tmp_path: Path) -> None:
    """Creating a room with an upload, joining and the chat work, and the film says what it needs."""
    for name in ("Ada", "Max"):
        profile = tmp_path / name / "Default"
        profile.mkdir(parents=True)
        (profile / "Preferences").write_text(json.dumps(BLOCKED))
    ada, max_ = meet("Ada"), meet("Max", phone=True)
    link = create_room(ada, copyable(60))
    denied = "try { localStorage; return false } catch { return true }"
    assert ada.page.evaluate(f"(() => {{ {denied} }})()"), "the browser blocks storage"
    join(max_, link, name="Max")
    wait_for_room(max_)
    post(max_, "No cookies")
    sees_message(ada, "No cookies")
    ada.page.get_by_text("Your browser blocks cookies").wait_for()
    assert (ada.errors, max_.errors) == ([], [])
