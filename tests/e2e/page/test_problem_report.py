"""A film that failed offers its owner what made it fail, and no one else."""

import json
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from e2e.conftest import Meet
from e2e.films import copyable
from e2e.home import Home
from e2e.party import create_room, join, wait_for_room
from e2e.people import Person

PATIENCE_MS = 60_000


def saved(person: Person, folder: Path) -> dict[str, bytes]:
    """The files of the bundle that the person's browser saves."""
    with person.page.expect_download(timeout=PATIENCE_MS) as started:
        person.button("Save problem report").click()
    download = started.value
    assert download.suggested_filename.startswith("watchparty-problem-")
    target = folder / download.suggested_filename
    download.save_as(target)
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_owner_saves_what_made_the_film_fail(home: Home, meet: Meet, tmp_path: Path) -> None:
    """In the room and in the library: the bundle has the log, the versions and the start of the file, and names nothing
    of the server. A guest sees that the film failed, but is offered nothing.
    """
    whole = copyable(60).read_bytes()
    broken = tmp_path / "Our holiday.mp4"
    broken.write_bytes(whole[: len(whole) // 2])
    host, guest = meet("Ada"), meet("Ben")
    link = create_room(host, broken)
    host.page.get_by_text("can’t be played").first.wait_for(timeout=PATIENCE_MS)
    join(guest, link, name="Ben")
    wait_for_room(guest)
    guest.page.get_by_text("can’t be played").first.wait_for(timeout=PATIENCE_MS)
    expect(guest.page.get_by_role("button", name="Save problem report")).to_have_count(0)

    files = saved(host, tmp_path)
    assert json.loads(files["failure.json"])["code"] == "incomplete"
    assert json.loads(files["failure.json"])["filename"] == "Our holiday.mp4"
    assert json.loads(files["versions.json"])["ffmpeg"].startswith("ffmpeg")
    assert b"no moov box" in files["log.txt"]
    assert broken.read_bytes().startswith(files["original-start.bin"])
    text = b"".join(content for name, content in files.items() if name != "original-start.bin").decode()
    assert str(home.data) not in text
    assert "Ada" not in text

    host.open("/library")
    host.page.get_by_text("The end of this file is missing").first.wait_for()
    assert saved(host, tmp_path).keys() == files.keys()
    assert host.errors == []
    assert guest.errors == []
