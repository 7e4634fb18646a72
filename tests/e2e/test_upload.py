"""An upload survives what happens to uploads: a pause, a reload of the page, and a server that goes away in between."""

import re

from e2e.conftest import Meet
from e2e.films import copyable
from e2e.home import Home
from e2e.party import make_room
from e2e.people import Person
from fakes.waiting import eventually

SLOW_BYTES_PER_S = 2_000_000


def slow_line(person: Person) -> None:
    """A home's uplink instead of loopback, by the browser's own means."""
    session = person.context.new_cdp_session(person.page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 5, "downloadThroughput": -1, "uploadThroughput": SLOW_BYTES_PER_S},
    )


def uploaded_bytes(home: Home) -> int:
    """What lies on the server's disk."""
    return sum(path.stat().st_size for path in (home.data / "uploads").rglob("*") if path.suffix != ".json")


def test_pause_reload_and_restart_lose_nothing(home: Home, meet: Meet) -> None:
    """Paused, then the page is reloaded and the server restarted; choosing the same file goes on where it stood, and
    what arrives is byte for byte the file."""
    film = copyable(60)
    host = meet("Ada")
    make_room(host)
    host.open("/library")
    slow_line(host)
    host.page.locator("input[type=file]").first.set_input_files(str(film))
    uploads = host.page.get_by_label("Uploads")
    eventually("some of it has arrived", lambda: uploaded_bytes(home) > 1_000_000, within_s=30)
    uploads.get_by_role("button", name="Pause").click()
    uploads.get_by_text(re.compile("Paused at")).wait_for()

    home.stop()
    home.start()
    host.page.reload()
    arrived = uploaded_bytes(home)
    assert arrived > 0, "a restart keeps what has arrived"
    host.page.get_by_text("Choose the same file to resume").first.wait_for()
    host.page.get_by_label("Original file").set_input_files(str(film))

    original = eventually("the original is complete", lambda: list(home.data.glob("uploads/*/original")), within_s=60)
    assert original[0].read_bytes() == film.read_bytes()
    assert host.errors == []
