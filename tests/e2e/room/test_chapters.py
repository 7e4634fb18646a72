"""A film's chapters: marks and names on the bar, and every control that jumps between them moves the whole room."""

from pathlib import Path

from e2e.conftest import Meet
from e2e.films import BUILD, copyable, film
from e2e.party import create_room, join, menu_of, post, press, sees_message, show_controls, wait_for_film
from e2e.people import Person
from e2e.screens import NARROWEST, ScreenCheck
from fakes.waiting import eventually

ARABIC = "المطاردة الطويلة عبر المدينة القديمة في الليل"
CHAPTERS = (("Opening", 0), (ARABIC, 20), ("Credits", 40))
LENGTH_S = 60
MARKS = "document.querySelectorAll('[data-chapter-mark]').length"


def with_chapters() -> Path:
    """`copyable` with three chapters, one of which has a long right-to-left title."""
    BUILD.mkdir(parents=True, exist_ok=True)
    listed = BUILD / "chapters.txt"
    ends = [*(start for _, start in CHAPTERS[1:]), LENGTH_S]
    listed.write_text(
        ";FFMETADATA1\n"
        + "".join(
            f"[CHAPTER]\nTIMEBASE=1/1\nSTART={start}\nEND={end}\ntitle={title}\n"
            for (title, start), end in zip(CHAPTERS, ends, strict=True)
        )
    )
    whole = ["-i", str(copyable(LENGTH_S)), "-i", str(listed), "-map", "0", "-map_chapters", "1"]
    return film("chapters-60.mp4", *whole, "-c", "copy")


def all_are_at(people: list[Person], position_s: float) -> None:
    def there() -> bool:
        positions = [reading["position_s"] for person in people if (reading := person.video())]
        return len(positions) == len(people) and all(abs(each - position_s) < 0.3 for each in positions)

    eventually(f"everyone is at {position_s} s", there, within_s=30)


def hovers(person: Person, position_s: float) -> None:
    """Moves the mouse to that position of the bar."""
    show_controls(person)
    bar = person.page.get_by_role("slider", name="Seek").locator("xpath=ancestor::*[@dir='ltr'][1]")
    box = bar.bounding_box()
    assert box is not None
    person.page.mouse.move(box["x"] + box["width"] * position_s / LENGTH_S, box["y"] + box["height"] / 2)


def test_chapters_are_named_and_jump_for_everyone(meet: Meet) -> None:
    """The bar has a mark per chapter and shows its name under the mouse. Keys, the menu and the sheet of a phone
    move everyone to the start of a chapter, and a viewer without the remote only sees where the film is."""
    check = ScreenCheck()
    ada, max_ = meet("Ada"), meet("Max", phone=True)
    link = create_room(ada, with_chapters())
    join(max_, link, name="Max")
    wait_for_film(ada)
    wait_for_film(max_)
    eventually("two marks", lambda: [each.page.evaluate(MARKS) for each in (ada, max_)] == [2, 2], within_s=60)

    hovers(ada, 30)
    ada.page.get_by_text(ARABIC).wait_for()
    ada.page.screenshot(path=".build/screens/chapters-preview.png")
    hovers(ada, 59)
    ada.page.get_by_text("Credits").wait_for()
    ada.page.get_by_text("not ready yet").wait_for(state="hidden", timeout=60_000)

    press(ada, "n")
    all_are_at([ada, max_], 20)
    press(ada, "n")
    all_are_at([ada, max_], 40)
    press(ada, "n")  # there is none
    press(ada, "p")
    all_are_at([ada, max_], 20)
    said = "20 seconds of 1 minute, " + ARABIC
    eventually("it is said", lambda: _said(max_) == said, within_s=30)

    show_controls(ada)
    ada.button("Chapters").click()
    check.screen(ada, "chapters-menu", reflows=False)
    ada.page.get_by_role("menuitemradio", name="Credits").click()
    all_are_at([ada, max_], 40)

    press(max_, "p")  # without the remote
    menu_of(ada, "Max", "Give the remote")
    show_controls(max_)
    max_.button("Subtitles, quality and more").click()
    sheet = max_.page.get_by_role("dialog", name="Player settings")
    check.screen(max_, "chapters-sheet")
    max_.page.set_viewport_size(NARROWEST)
    sheet.get_by_role("button", name="Previous").click()
    all_are_at([ada, max_], 20)
    sheet.get_by_role("button", name="Opening").click()
    all_are_at([ada, max_], 0)
    assert (ada.errors, max_.errors) == ([], [])
    check.assert_no_findings()


def test_a_film_without_chapters_shows_none(meet: Meet) -> None:
    """No mark, no menu, and the keys do nothing."""
    ada = meet("Ada")
    create_room(ada, copyable(60))
    wait_for_film(ada)
    ada.page.get_by_text("The film is ready").wait_for(timeout=60_000)
    press(ada, "n")
    press(ada, "p")
    post(ada, "Still at the start")
    sees_message(ada, "Still at the start")
    assert ada.page.get_by_text("jumped").count() == 0
    assert ada.page.evaluate(MARKS) == 0
    assert ada.page.get_by_role("button", name="Chapters").count() == 0


def _said(person: Person) -> str | None:
    return person.page.get_by_role("slider", name="Seek").get_attribute("aria-valuetext")
