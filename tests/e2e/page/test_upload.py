"""An upload survives a pause, a reload of the page and a restart of the server."""

import re

from e2e.conftest import Meet
from e2e.films import copyable
from e2e.home import Home
from e2e.party import create_room, wait_for_film, wait_for_room
from e2e.people import Person
from fakes.waiting import eventually

SLOW_BYTES_PER_S = 2_000_000


def slow_connection(person: Person) -> None:
    """Limits the browser to the bandwidth of a home connection, from when the open page is complete: Chromium can stall
    requests that are under way when the limit begins.
    """
    person.page.locator("input[type=file]").first.wait_for(state="attached")
    session = person.context.new_cdp_session(person.page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 5, "downloadThroughput": -1, "uploadThroughput": SLOW_BYTES_PER_S},
    )


def uploaded_bytes(home: Home) -> int:
    """How much is on the server's disk."""
    return sum(path.stat().st_size for path in (home.data / "uploads").rglob("*") if path.suffix != ".json")


def test_pause_reload_and_restart_lose_nothing(home: Home, meet: Meet) -> None:
    """After a pause, a server restart and a reload, choosing the same file continues where it stopped, and the stored
    file is identical."""
    film = copyable(60)
    host = meet("Ada")
    create_room(host)
    host.open("/library")
    slow_connection(host)
    host.page.locator("input[type=file]").first.set_input_files(str(film))
    uploads = host.page.get_by_label("Uploads")
    eventually("a part has arrived", lambda: uploaded_bytes(home) > 1_000_000, within_s=30)
    uploads.get_by_role("button", name="Pause").click()
    uploads.get_by_text(re.compile("Paused at")).wait_for()

    home.stop()
    home.start()
    host.page.reload()
    arrived = uploaded_bytes(home)
    assert arrived > 0, "a restart keeps what has arrived"
    host.page.get_by_text(re.compile(r"Stopped at [1-9]\d*%. Choose the same file to resume")).first.wait_for()
    host.page.get_by_label("Original file").set_input_files(str(film))

    original = eventually("the original is complete", lambda: list(home.data.glob("uploads/*/original")), within_s=60)
    assert original[0].read_bytes() == film.read_bytes()
    assert host.errors == []


def reload_room(host: Person) -> None:
    host.page.on("dialog", lambda dialog: dialog.accept())  # the browser asks before it leaves an upload
    host.page.reload()
    chat, join_button = host.page.get_by_role("tab", name="Chat"), host.button("Join")
    chat.or_(host.page.get_by_role("button", name="Join", disabled=False)).first.wait_for()
    if not chat.is_visible() and join_button.is_enabled(timeout=1000):  # the browser forgot the host's earlier click
        join_button.click()
    wait_for_room(host)


def test_a_reload_in_the_room_does_not_end_the_upload(home: Home, meet: Meet) -> None:
    """The room that is reloaded in the middle of an upload asks for the same file and continues: for the room's first
    film, and for one that was chosen in the room and not yet shown."""
    film = copyable(60)
    host = meet("Ada")
    create_room(host)
    slow_connection(host)
    host.page.locator("input[type=file]").first.set_input_files(str(film))
    eventually("a part has arrived", lambda: uploaded_bytes(home) > 1_000_000, within_s=30)
    host.button("Pause").click()
    paused = host.page.get_by_text(re.compile(r"^Paused at"))
    paused.wait_for()
    reload_room(host)
    host.page.get_by_text("Choose the same file to resume").wait_for()
    host.page.get_by_label("Original file").set_input_files(str(film))
    wait_for_film(host)
    assert host.errors == []
