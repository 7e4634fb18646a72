"""`make picture`: records the README's animated picture from the running demo, unedited.

Two desktop windows and a phone join the demo room in three browser processes. Each browser sends every frame that it
presents with its presentation time; frames of the same time are placed side by side. The number in the picture then
shows how well they agree.
"""

import base64
import subprocess
import tempfile
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, sync_playwright

from e2e.home import Home
from e2e.party import all_play, join, wait_for_film, wait_for_room, wait_until_in_sync
from e2e.people import Person, browser_of
from fakes.waiting import eventually

OUT = Path(__file__).parents[2] / "docs" / "pictures" / "together.webp"
SECONDS = 5
FPS = 8


@dataclass
class Screencast:
    """The frames that one browser presented, with their times in seconds since the epoch."""

    session: CDPSession
    at_s: list[float] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)

    def start(self) -> None:
        self.session.on("Page.screencastFrame", self._on_frame)
        self.session.send("Page.startScreencast", {"format": "jpeg", "quality": 85, "everyNthFrame": 1})

    def _on_frame(self, frame: dict[str, Any]) -> None:
        self.session.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})
        self.at_s.append(frame["metadata"]["timestamp"])
        self.pictures.append(base64.b64decode(frame["data"]))

    def shown_at(self, time_s: float) -> bytes:
        """The frame that was on the screen at that time."""
        return self.pictures[max(0, bisect_right(self.at_s, time_s) - 1)]


def demo_room(home: Home) -> str:
    """The room's path, from the server's output."""
    line = eventually("the demo room is open", lambda: [row for row in home.output.splitlines() if "Demo room" in row])
    path: str = "/r/" + line[0].rpartition("/r/")[2].strip()
    return path


def record(people: Sequence[Person]) -> list[Screencast]:
    casts = [Screencast(person.context.new_cdp_session(person.page)) for person in people]
    for cast in casts:
        cast.start()
    for _ in range(int(SECONDS * 20) + 20):
        for person in people:
            person.page.wait_for_timeout(50 / len(people))
    for cast in casts:
        cast.session.detach()
    return casts


def compose(casts: Sequence[Screencast], folder: Path) -> None:
    """Combines frames of the same times, side by side, into one animated picture."""
    begin_s = max(cast.at_s[0] for cast in casts) + 0.3
    for number, cast in enumerate(casts):
        for index in range(SECONDS * FPS):
            (folder / f"{number}-{index:03d}.jpg").write_bytes(cast.shown_at(begin_s + index / FPS))
    inputs = [
        part for number in range(3) for part in ("-framerate", str(FPS), "-i", str(folder / f"{number}-%03d.jpg"))
    ]
    graph = (
        "[0]scale=600:-2[a];[1]scale=600:-2[b];[2]scale=-2:375[c];[a][b]hstack=2[ab];"
        "[ab]pad=iw+220:ih+40:20:20:0x0b0b10[wide];[wide][c]overlay=W-w-20:(H-h)/2"
    )
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex", graph, "-loop", "0", "-quality", "60", str(OUT)],
        check=True,
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        home = Home(folder / "data", "--demo")
        try:
            path = demo_room(home)
            with (
                browser_of(playwright, "Eve", folder, home.url) as eve,
                browser_of(playwright, "Lea", folder, home.url) as lea,
                browser_of(playwright, "Noor", folder, home.url, phone=True) as noor,
            ):
                people = [eve, lea, noor]
                for person in people:
                    join(person, path, name=person.name)
                    wait_for_room(person)
                    wait_for_film(person)
                all_play(people)
                print(f"apart: {wait_until_in_sync(people) * 1000:.1f} ms")
                compose(record(people), folder)
        finally:
            home.stop()
    print(f"{OUT}: {OUT.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
