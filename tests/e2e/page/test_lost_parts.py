"""What a film has lost is said to everyone in the room."""

from playwright.sync_api import expect

from e2e.conftest import Meet
from e2e.films import copyable, silent_end
from e2e.party import create_room, join, wait_for_film

LOST = "The sound ends at 0:03, before the film does."
PATIENCE_MS = 90_000


def test_everyone_in_the_room_reads_what_the_film_has_lost(meet: Meet) -> None:
    """With its time, on computers and phones, until they hide it. A film that has lost nothing says nothing."""
    host, guest = meet("Ada"), meet("Ben", phone=True)
    link = create_room(host, silent_end())
    join(guest, link, name="Ben")
    for person in (host, guest):
        wait_for_film(person)
        note = person.page.get_by_role("note")
        note.get_by_text(LOST).wait_for(timeout=PATIENCE_MS)
        note.get_by_role("button", name="Hide").click()
        expect(note).to_have_count(0)
    whole = meet("Cem")
    create_room(whole, copyable(60))
    wait_for_film(whole)
    whole.page.get_by_text("Better quality on its way").wait_for(state="detached", timeout=PATIENCE_MS)
    expect(whole.page.get_by_role("note")).to_have_count(0)
    for person in (host, guest, whole):
        assert person.errors == []
