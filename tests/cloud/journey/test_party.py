"""A party in a production: sign in, upload, watch while the film is prepared, a guest, a removal, a relay that dies."""

import signal

from cloud.journey.conftest import Meet, sign_in
from cloud.production import Production
from e2e.films import must_be_encoded
from e2e.party import (
    all_play,
    create_room,
    join,
    menu_of,
    open_tab,
    post,
    press,
    sees_message,
    wait_for_film,
    wait_for_room,
    wait_until_in_sync,
)


def test_a_party_from_sign_in_to_the_death_of_a_relay(site: Production, meet: Meet) -> None:
    """The administrator signs in and uploads straight to the bucket; a guest on a phone joins and both see the same
    frame; a relay is killed and the chat goes on; whoever is removed loses the film."""
    refused = len(site.events.refused)  # a deployment ends instances while they answer; Pub/Sub repeats those pushes
    host = meet("Ada")
    sign_in(host)
    link = create_room(host, must_be_encoded(20))
    wait_for_film(host, within_s=60)

    guest = meet("Max", phone=True)
    join(guest, link, name="Max")
    wait_for_room(guest)
    wait_for_film(guest)
    press(host, "k")
    all_play([host, guest])
    wait_until_in_sync([host, guest])

    site.relays[0].stop(signal.SIGKILL)
    post(host, "Did you notice?")
    sees_message(guest, "Did you notice?")
    post(guest, "Not a thing")
    sees_message(host, "Not a thing")

    menu_of(host, "Max", "Remove from room")
    guest.page.get_by_text("You were removed from the room").wait_for()
    assert host.errors == guest.errors == []
    assert site.events.refused[refused:] == []


def test_every_line_that_is_logged_has_a_severity(site: Production) -> None:
    """Relays and tasks of the job, like the functions, write one JSON object per line; alerts go by its severity."""
    logs = [each.said for each in site.relays] + [
        path.read_text() for path in site.world.folder.glob("transcoder-*.log")
    ]
    lines = [line for said in logs for line in said.splitlines()]
    assert lines
    assert [line for line in lines if not line.startswith('{"severity": "')] == []


def test_a_guest_knocks_and_the_host_admits(meet: Meet) -> None:
    """The guest waits without the film, the host's page shows the knock through the relay, and approval opens the
    room."""
    host = meet("Ada")
    sign_in(host)
    link = create_room(host, access="I approve each person")
    guest = meet("Max", phone=True)
    join(guest, link, name="Max")
    guest.page.get_by_text("to let you in").wait_for()
    assert guest.video() is None
    open_tab(host, "People")
    host.page.get_by_role("button", name="Approve Max").click()
    wait_for_room(guest)
