"""`make picture`: takes the README's animated picture from the running server, unedited.

Two desktop windows and a phone watch the demo's film in three browser processes. One of them presses play and pause
again and again; after each pause, all three are photographed. A running film cannot be photographed in three processes
at one moment, so the pictures of a playing one would show different numbers however well the room keeps together.
"""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

from e2e.home import Home
from e2e.party import all_paused, all_play, create_room, join, post, press, wait_for_film, wait_for_room
from e2e.people import Person, apart_s, browser_of
from fakes.waiting import eventually
from watchparty.sample_film import FPS, sample_film

OUT = Path(__file__).parents[2] / "docs" / "pictures" / "together.webp"
PAUSES = 14
PER_S = 1.4
"""Pictures per second of the animation: long enough to read the three numbers."""
CHAT = [("Lea", "Popcorn?"), ("Noor", "On the train, still with you"), ("Eve", "That sky!")]


WATCH = """() => {
  const video = document.querySelector("video");
  const note = (_, { mediaTime }) => {
    window.painted_s = mediaTime;
    video.requestVideoFrameCallback(note);
  };
  video.requestVideoFrameCallback(note);
}"""
"""Notes the time in the film of each picture that is painted, which may be later than the element's position."""


def painted_frames(people: Sequence[Person]) -> set[int]:
    """The numbers of the frames that are on the screens."""
    return {round(person.page.evaluate("() => window.painted_s ?? -1") * FPS) for person in people}


def take(people: Sequence[Person], index: int, folder: Path) -> None:
    """Plays for a moment, pauses, and photographs everyone."""
    host = people[0]
    press(host, "k")
    all_play(list(people))
    press(host, "k")
    all_paused(list(people))
    eventually("positions agree", lambda: apart_s(list(people)) < 0.001, within_s=30)
    eventually("all show the same frame", lambda: len(painted_frames(people)) == 1, within_s=30)
    before = painted_frames(people)
    for number, person in enumerate(people):
        person.page.screenshot(path=folder / f"{number}-{index:03d}.png")
    assert painted_frames(people) == before, "a picture changed while it was photographed"


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
                    person.page.evaluate(WATCH)
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
