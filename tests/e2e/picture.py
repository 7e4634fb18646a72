"""`make picture`: takes the README's animated picture from the running server, unedited.

Two desktop windows and a phone watch the demo's film in three browser processes. One of them presses play and pause
again and again; after each pause, all three are photographed. A running film cannot be photographed in three processes
at one moment, so the pictures of a playing one would show different numbers however well the room keeps together.
"""

import subprocess
import tempfile
from collections.abc import Sequence
from operator import ne
from pathlib import Path

from playwright.sync_api import sync_playwright

from e2e.home import Home
from e2e.party import all_paused, all_play, create_room, join, post, press, wait_for_film, wait_for_room
from e2e.people import Person, apart_s, browser_of
from fakes.waiting import eventually
from watchparty.sample_film import sample_film

OUT = Path(__file__).parents[2] / "docs" / "pictures" / "together.webp"
PAUSES = 14
PER_S = 1.4
"""Pictures per second of the animation: long enough to read the three numbers."""
CHAT = [("Lea", "Popcorn?"), ("Noor", "On the train, still with you"), ("Eve", "That sky!")]


NUMBER = """() => {
  const box = document.querySelector("video").getBoundingClientRect();
  const scale = Math.min(box.width / 1280, box.height / 720);
  const left = box.x + box.width / 2 - 640 * scale;
  const top = box.y + box.height / 2 - 360 * scale;
  return [256 * scale, 104 * scale, left + 40 * scale, top + 36 * scale].map((each) => each * devicePixelRatio);
}"""
"""Where a screenshot shows the number that is burned into the film: width, height, left and top in pixels."""
SHAPE = (64, 26)
SAME = 0.015
"""The share of a number's pixels that can differ between two sizes of it. Another last digit makes at least 0.025."""


def numbers_agree(pictures: Sequence[tuple[Path, Sequence[float]]]) -> bool:
    """Whether screenshots show one number. On a busy machine a screen can lag behind the element's position."""
    first, *others = (number_in(path, place) for path, place in pictures)
    return all(sum(map(ne, first, other)) < SAME * len(first) for other in others)


def number_in(picture: Path, place: Sequence[float]) -> list[bool]:
    """Which pixels of the number are bright."""
    crop = ":".join(str(round(each)) for each in place)
    graph = f"crop={crop}:exact=1,scale={SHAPE[0]}:{SHAPE[1]}:flags=area,format=gray"
    command = ["ffmpeg", "-v", "error", "-i", str(picture), "-vf", graph, "-f", "rawvideo", "-"]
    grey = subprocess.run(command, check=True, capture_output=True).stdout
    return [each > 150 for each in grey]


def take(people: Sequence[Person], index: int, folder: Path) -> None:
    """Plays for a moment, pauses, and photographs everyone as soon as all screens have painted the same frame."""
    host = people[0]
    press(host, "k")
    all_play(list(people))
    press(host, "k")
    all_paused(list(people))
    eventually("positions agree", lambda: apart_s(list(people)) < 0.001, within_s=30)
    pictures = [folder / f"{number}-{index:03d}.png" for number in range(len(people))]

    def photographed() -> bool:
        for person, picture in zip(people, pictures, strict=True):
            person.page.screenshot(path=picture)
        places = [person.page.evaluate(NUMBER) for person in people]
        return numbers_agree(list(zip(pictures, places, strict=True)))

    eventually("all show the same frame", photographed, within_s=60)


def compose(folder: Path) -> None:
    """Places the pictures of each pause side by side, as one animated picture."""
    inputs = [
        part for number in range(3) for part in ("-framerate", str(PER_S), "-i", str(folder / f"{number}-%03d.png"))
    ]
    graph = (
        "[0]scale=600:-2[a];[1]scale=600:-2[b];[2]scale=-2:375[c];[a][b]hstack=2[ab];"
        "[ab]pad=iw+220:ih+40:20:20:0x0b0b10[wide];[wide][c]overlay=W-w-20:(H-h)/2"
    )
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex", graph, "-loop", "0", "-quality", "75", str(OUT)],
        check=True,
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        home = Home(folder / "data")
        try:
            with (
                browser_of(playwright, "Eve", folder, home.url) as eve,
                browser_of(playwright, "Lea", folder, home.url) as lea,
                browser_of(playwright, "Noor", folder, home.url, phone=True) as noor,
            ):
                people = [eve, lea, noor]
                link = create_room(eve, sample_film())
                for person in (lea, noor):
                    join(person, link, name=person.name)
                    wait_for_room(person)
                for person in people:
                    wait_for_film(person)
                    person.page.get_by_text("Better quality on its way").wait_for(state="hidden", timeout=300_000)
                by_name = {person.name: person for person in people}
                for name, text in CHAT:
                    post(by_name[name], text)
                for index in range(PAUSES):
                    take(people, index, folder)
                compose(folder)
        finally:
            home.stop()
    print(f"{OUT}: {OUT.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
