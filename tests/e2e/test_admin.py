"""What an administrator does on the page when something is wrong with the site."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from e2e.conftest import Meet
from e2e.home import Home
from e2e.people import Person
from e2e.screens import ScreenCheck
from e2e.test_screens import set_up
from watchparty.data_folder import DataFolder
from watchparty_api.records import DeadLetter, SiteClock
from watchparty_api.store.port import Create, Replace, Write
from watchparty_api.store.sql import open_store

WORKSPACE = "main"


def two_dead_letters(now: datetime) -> list[Write]:
    """An event that is accepted now, and one that never will be."""
    good = {"v": 1, "video_id": "gone", "generation": 1, "task": 0, "attempt": 1, "seq": 1, "kind": "started"}
    return [
        Create(
            DeadLetter(
                workspace_id=WORKSPACE,
                id=reason.partition(" ")[0],
                created_at=now,
                source="transcode_event",
                reason=reason,
                payload=json.dumps(event),
                expires_at=now + timedelta(days=30),
            )
        )
        for reason, event in (("first: try again", good), ("second: an odd number " * 8, {"odd": 1} | {"x": "y" * 300}))
    ]


def restart_with(home: Home, ahead: timedelta) -> None:
    """The server starts again, with dead letters and with a clock that is `ahead` of when it was stopped."""
    home.stop()
    store, now = open_store(f"sqlite:///{DataFolder(home.data).database}"), datetime.now(UTC)
    clock = store.get(WORKSPACE, SiteClock, "clock")
    fresh = SiteClock(workspace_id=WORKSPACE, id="clock", created_at=now, trusted_at=now - ahead, wall_at=now - ahead)
    write: Write = Create(fresh) if clock is None else Replace(replace(fresh, version=clock.version))
    store.commit(WORKSPACE, [write, *two_dead_letters(now)])
    store.close()
    home.start()


def of_row(admin: Person, text: str, name: str) -> None:
    admin.page.get_by_role("row", name=re.compile(text)).get_by_role("button", name=name).click()


def test_failed_events_and_a_doubtful_clock(home: Home, meet: Meet) -> None:
    """The admin tries an event again, deletes another, reads why nothing expires, and saves the settings."""
    check, ada = ScreenCheck(), meet("Ada")
    set_up(check, ada, home)
    restart_with(home, timedelta(days=40))
    ada.open("/admin?tab=failed-events")
    ada.page.get_by_text("Is the server’s clock right?").wait_for()
    expect(ada.page.get_by_text("another 24 hours")).to_be_visible()
    check.screen(ada, "admin-failed-events-some")
    ada.page.emulate_media(color_scheme="dark")
    check.screen(ada, "admin-failed-events-dark")
    of_row(ada, "second", "Try again")
    ada.page.get_by_text(re.compile("still can’t be stored")).wait_for()
    of_row(ada, "first", "Try again")
    ada.page.get_by_text("Event stored.").wait_for()
    of_row(ada, "second", "Delete")
    ada.button("Delete event").click()
    ada.page.get_by_text("No failed events.").wait_for()
    ada.open("/admin?tab=settings")
    ada.page.get_by_label("Site name").fill("Kino Ada")
    ada.button("Save").click()
    ada.page.get_by_text("Saved.").wait_for()
    assert ada.errors == []
    check.assert_no_findings()
