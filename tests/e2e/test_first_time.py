"""What new visitors meet: the name, the first file, asking for control, a lost connection, a closed room."""

import re
from pathlib import Path

from playwright.sync_api import ViewportSize

from e2e.conftest import Meet
from e2e.films import copyable, long
from e2e.party import all_play, create_room, join, open_tab, press, show_controls, wait_for_film, wait_for_room
from e2e.people import PHONE
from e2e.screens import NARROWEST
from fakes.waiting import eventually

_COVERED = """() => {
  const labels = [...document.querySelectorAll("[role=img] span")].filter((label) => label.offsetWidth > 0);
  const boxes = labels.map((label) => label.getBoundingClientRect());
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const sameScreen = (a, b) => a.closest(".overflow-hidden") === b.closest(".overflow-hidden");
  return labels.flatMap((one, i) => labels.slice(i + 1).flatMap((other, k) =>
    sameScreen(one, other) && meet(boxes[i], boxes[i + 1 + k]) ? [`${one.textContent} / ${other.textContent}`] : []));
}"""


_LONG_TIMES = """() => {
  const [position, length] = document.querySelectorAll("button:has(> .sr-only) > span > span");
  position.textContent = "1:12:34";
  length.textContent = " / 2:01:05";
}"""


def test_no_labels_overlap_in_the_picture_of_the_landing_page(meet: Meet) -> None:
    """The labels on its three screens do not overlap, down to the narrowest window."""
    ada = meet("Ada")
    ada.open("/")
    ada.page.get_by_role("img", name="A laptop, a television and a phone").wait_for()
    for size in (PHONE, NARROWEST, ViewportSize(width=768, height=1024)):
        ada.page.set_viewport_size(size)
        assert ada.page.evaluate(_COVERED) == []


def test_a_host_without_an_account_has_the_chosen_name(meet: Meet) -> None:
    """The invitation shows the name that the host typed; the copied link is announced once."""
    ada, max_ = meet("Ada"), meet("Max")
    ada.open("/new")
    dialog = ada.page.get_by_role("dialog")
    dialog.get_by_label("Your name").fill("Ada Lovelace")
    dialog.get_by_role("button", name="Create room").click()
    invite = ada.page.get_by_role("dialog", name="Invite friends")
    invite.get_by_role("button", name="Copied").wait_for()
    invite.get_by_role("button", name="Copy link").wait_for()
    assert ada.page.get_by_text("Link copied").count() == 0
    max_.open(ada.page.url)
    max_.page.get_by_text("Ada Lovelace invited you").wait_for()
    ada.open("/new")
    dialog.get_by_role("button", name="Create room").wait_for()
    assert dialog.get_by_label("Your name").count() == 0


def test_a_file_that_is_no_film_is_refused_when_chosen(meet: Meet, tmp_path: Path) -> None:
    """The refusal appears at once and disappears when a film is chosen."""
    notes = tmp_path / "notes.txt"
    notes.write_text("no film")
    ada = meet("Ada")
    ada.open("/new")
    dialog = ada.page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(str(notes))
    dialog.get_by_text("isn’t a video").wait_for()
    dialog.locator("input[type=file]").set_input_files(str(copyable(60)))
    dialog.get_by_text("uploads while you invite people").wait_for()
    assert dialog.get_by_text("isn’t a video").count() == 0


def test_a_film_that_cannot_be_played_is_given_up_while_another_is_on(meet: Meet, tmp_path: Path) -> None:
    """The room says why, and no longer announces the film."""
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(bytes(range(256)) * 400)
    ada = meet("Ada")
    create_room(ada, copyable(60))
    wait_for_film(ada)
    open_tab(ada, "Films")
    ada.page.get_by_role("button", name="Change").click()
    ada.page.get_by_role("dialog").locator("input[type=file]").set_input_files(str(broken))
    ada.page.get_by_text("“broken” can’t be played").wait_for(timeout=30_000)
    assert ada.page.get_by_text("getting ready").count() == 0


def test_one_tap_asks_for_the_remote_control(meet: Meet) -> None:
    """The button asks at once, and the host's toast grants it."""
    ada, max_ = meet("Ada"), meet("Max", phone=True)
    link = create_room(ada, copyable(60))
    join(max_, link, name="Max")
    wait_for_film(max_)
    show_controls(max_)
    max_.page.get_by_role("button", name=re.compile("^Ask")).click()
    ada.page.get_by_text("Max wants the remote").wait_for()
    ada.page.get_by_role("status").get_by_role("button", name="Give", exact=True).click()
    max_.page.get_by_text("You have the remote now.").wait_for()


def test_no_control_is_pushed_off_the_film(meet: Meet) -> None:
    """Even with a guest's extra button and a long film's times, the last control fits the narrowest window."""
    ada, max_ = meet("Ada"), meet("Max", phone=True)
    link = create_room(ada, copyable(60))
    join(max_, link, name="Max")
    wait_for_film(max_)
    max_.page.evaluate(_LONG_TIMES)
    for size in (PHONE, NARROWEST):
        max_.page.set_viewport_size(size)
        box = max_.page.get_by_role("button", name="Full screen").bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= size["width"], f"{box} at {size}"


def test_a_reaction_disappears(meet: Meet) -> None:
    """A reaction also disappears with reduced motion, where it does not rise."""
    ada = meet("Ada")
    create_room(ada, copyable(60))
    wait_for_film(ada)
    ada.page.get_by_role("button", name="React with love").first.click()
    reaction = ada.page.locator(".floating-reaction")
    reaction.wait_for()
    reaction.wait_for(state="detached", timeout=30_000)


def test_a_long_jump_can_be_undone(meet: Meet) -> None:
    """After several jumps, undoing leads back to where the first one began."""
    ada = meet("Ada")
    create_room(ada, long(3))
    wait_for_film(ada)
    quality = ada.page.get_by_text("Better quality on its way")
    quality.wait_for()
    quality.wait_for(state="hidden", timeout=60_000)  # now the whole film is playable
    for key, place in (("5", "1:30"), ("9", "2:42")):
        press(ada, key)
        ada.page.get_by_text(f"Jumped to {place}").wait_for()
    ada.button("Back to 0:00").click()
    eventually("the film is back", lambda: (ada.video() or {})["position_s"] < 5)
    assert ada.page.get_by_text("Jumped to").count() == 0


def test_a_lost_connection_is_shown_at_once_and_moves_nothing(meet: Meet) -> None:
    """A phone that loses its network says so within seconds, over the film, without moving it."""
    ada, max_ = meet("Ada"), meet("Max", phone=True)
    link = create_room(ada, copyable(60))
    join(max_, link, name="Max")
    for person in (ada, max_):
        wait_for_film(person)
    press(ada, "k")
    all_play([ada, max_])
    before = max_.page.locator("video").bounding_box()
    max_.context.set_offline(True)
    max_.page.get_by_text("Reconnecting").wait_for(timeout=25_000)
    assert max_.page.locator("video").bounding_box() == before
    max_.context.set_offline(False)
    max_.page.get_by_text("You’re back").wait_for()
    all_play([ada, max_])


def test_a_closed_room_is_not_listed_as_recent(meet: Meet) -> None:
    """It disappears for the host at once, and for a guest after seeing that the room is closed."""
    ada, max_ = meet("Ada"), meet("Max")
    link = create_room(ada)
    join(max_, link, name="Max")
    wait_for_room(max_)
    open_tab(ada, "Settings")
    ada.button("Close room").click()
    ada.page.get_by_role("alertdialog").get_by_role("button", name="Close room").click()
    ada.page.get_by_text("Room closed.").wait_for()
    max_.page.get_by_text("The party is over").wait_for()
    max_.button("Go home").click()
    for person in (ada, max_):
        person.page.get_by_role("button", name="Start a watch party").wait_for()
        assert person.page.get_by_text("Recent rooms").count() == 0
