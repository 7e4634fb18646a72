"""The transcoder's output in Chromium with hls.js: one buffered range without gaps, and no stall."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from e2e.people import browser_of
from fakes.local_server import serving
from transcoder.films import AAC, FAST_START, X264, audio, make, video
from transcoder.running import transcode

HLS_JS = Path(__file__).parents[2] / "frontend" / "node_modules" / "hls.js" / "dist" / "hls.min.js"
SECONDS = 14
PAGE = """<!doctype html><video muted width=320></video><script src="/hls.min.js"></script><script>
const video = document.querySelector("video");
window.seen = { waits: 0, fatal: [], levels: [] };
video.addEventListener("playing", () => { window.seen.playing = true; });
video.addEventListener("waiting", () => { if (window.seen.playing && !video.seeking) window.seen.waits += 1; });
const ahead_s = Number(new URLSearchParams(location.search).get("ahead_s") ?? 30);
const hls = window.hls = new Hls({ startPosition: 0, liveSyncDurationCount: 3, liveMaxLatencyDurationCount: Infinity,
  maxBufferLength: ahead_s, maxMaxBufferLength: ahead_s });
hls.on(Hls.Events.ERROR, (_, error) => { if (error.fatal) window.seen.fatal.push(error.details); });
hls.on(Hls.Events.LEVEL_SWITCHED, (_, to) => window.seen.levels.push(hls.levels[to.level].url[0]));
hls.loadSource("/film/master.m3u8");
hls.attachMedia(video);
</script>"""
REPORT = """() => ({ ...window.seen, end_s: video.currentTime, ended: video.ended,
  ranges: [...Array(video.buffered.length).keys()].map((n) => [video.buffered.start(n), video.buffered.end(n)]) })"""


@dataclass
class Site:
    """Serves a film and a page that plays it; with `growing`, each request for a playlist lists one more segment."""

    folder: Path
    growing: bool = False
    requests: dict[str, int] = field(default_factory=dict)

    def response(self, url: str) -> bytes:
        path = url.partition("?")[0]
        if path == "/":
            return PAGE.encode()
        if path == "/hls.min.js":
            return HLS_JS.read_bytes()
        if not path.startswith("/film/"):
            return b""  # the page's icon
        content = (self.folder / path.removeprefix("/film/")).read_bytes()
        if self.growing and path.endswith(".m3u8") and not path.endswith("master.m3u8"):
            self.requests[path] = self.requests.get(path, 0) + 1
            return first_segments(content.decode(), self.requests[path]).encode()
        return content


def first_segments(playlist: str, count: int) -> str:
    """The playlist as it was when it had that many segments."""
    lines = playlist.splitlines()
    positions = [number for number, line in enumerate(lines) if line.startswith("#EXTINF")]
    return playlist if count >= len(positions) else "\n".join(lines[: positions[count]]) + "\n"


@contextmanager
def served_locally(site: Site) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = site.response(self.path)
            self.send_response(200)
            kind = "text/html" if self.path.startswith("/?") or self.path == "/" else "application/octet-stream"
            self.send_header("Content-Type", "text/javascript" if self.path.endswith(".js") else kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            return

    with serving(Handler) as host:
        yield f"http://{host}"


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copied rendition whose segments start elsewhere than the encoded ones: keyframes every 3 s."""
    folder = tmp_path_factory.mktemp("copied")
    recipe = [*video("854x480", rate="15", seconds=SECONDS), *audio(SECONDS), *X264, "-g", "45", *AAC, *FAST_START]
    outcome = transcode(make(folder / "film.mp4", recipe), folder / "out")
    assert outcome.exit_code == 0, outcome.log
    assert {each["source"] for each in outcome.last["renditions"]} == {"copy", "ladder"}
    return outcome.folder


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Renditions encoded in several chunks."""
    folder = tmp_path_factory.mktemp("encoded")
    recipe = [*video(seconds=2 * SECONDS), *audio(2 * SECONDS), *X264, "-pix_fmt", "yuv422p", *AAC]
    outcome = transcode(make(folder / "film.mp4", recipe), folder / "out")
    assert outcome.exit_code == 0, outcome.log
    return outcome.folder


def play(page: Page, *, until_s: float) -> dict[str, Any]:
    """Plays from the first frame to that position or the end."""
    page.wait_for_function("video.readyState >= 3")
    page.evaluate("video.play()")
    page.wait_for_function("until => video.ended || video.currentTime >= until", arg=until_s, timeout=60_000)
    found: dict[str, Any] = page.evaluate(REPORT)
    return found


def check_smooth(found: dict[str, Any]) -> None:
    assert found["fatal"] == [], found
    assert found["waits"] == 0, found
    assert len(found["ranges"]) == 1, found
    assert found["ranges"][0][0] == pytest.approx(0, abs=0.05)


@pytest.fixture
def page_of(playwright: Playwright, tmp_path: Path) -> Iterator[Any]:
    with browser_of(playwright, "viewer", tmp_path, "") as person:
        yield person.page


def test_joins(encoded: Path, page_of: Page) -> None:
    """A film of several chunks is one buffered range of exactly its length."""
    with served_locally(Site(encoded)) as site:
        page_of.goto(site)
        page_of.wait_for_function("video.buffered.length && video.buffered.end(0) > 27.5")
        found = play(page_of, until_s=6)
    check_smooth(found)
    assert found["ranges"][0][1] == pytest.approx(2 * SECONDS, abs=0.1)


def test_growing_playlist(encoded: Path, page_of: Page) -> None:
    """A playlist that grows by one segment per request plays without a stall."""
    with served_locally(Site(encoded, growing=True)) as site:
        page_of.goto(site)
        page_of.wait_for_function("video.buffered.length && video.buffered.end(0) > 3")
        page_of.evaluate("video.playbackRate = 0.8")  # a segment is four seconds, and so is the reload interval
        found = play(page_of, until_s=9)
    check_smooth(found)
    assert found["ranges"][0][1] > 9


def test_copy_and_ladder(copied: Path, page_of: Page) -> None:
    """Switching between copied and encoded renditions, in both directions, leaves no gap and no stall."""
    with served_locally(Site(copied)) as site:
        page_of.goto(
            f"{site}/?ahead_s=3"
        )  # less than a segment, so that a fast machine has not buffered the next level yet
        page_of.wait_for_function("hls.levels.length > 1 && video.readyState >= 3")
        highest = page_of.evaluate("hls.levels.length - 1")
        page_of.evaluate("video.play()")
        for number, level in enumerate((0, highest, 0)):
            page_of.evaluate("level => { hls.loadLevel = level; }", level)
            page_of.wait_for_function("until => video.currentTime >= until", arg=4 * (number + 1))
        found = play(page_of, until_s=SECONDS)
    check_smooth(found)
    kinds = {json.dumps(url).rpartition("/")[2][:4] for url in found["levels"]}
    assert kinds >= {"copy", "ladd"}, found


SOME_BROWSERS = {
    "vp09": ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "30", "-pix_fmt", "yuv420p"],
    "av01": ["-c:v", "libsvtav1", "-preset", "12", "-g", "30", "-pix_fmt", "yuv420p"],
}
LEAST_CHANGE_S = 0.2
"""At a change of codec Chromium drops frames that would be decoded before the last one of the other codec."""


@pytest.mark.parametrize("codec", SOME_BROWSERS)
def test_a_copy_that_some_browsers_play(page_of: Page, codec: str, tmp_path: Path) -> None:
    """Chromium changes from H.264 to the film's own VP9 or AV1 and back; no more than two frames are skipped there."""
    film = make(tmp_path / "film.mkv", [*video(rate="15", seconds=SECONDS), *audio(SECONDS), *SOME_BROWSERS[codec]])
    outcome = transcode(film, tmp_path / "out")
    assert outcome.exit_code == 0, outcome.log
    with served_locally(Site(outcome.folder)) as site:
        page_of.goto(f"{site}/?ahead_s=3")
        page_of.wait_for_function("hls.levels.length > 1 && video.readyState >= 3")
        own = page_of.evaluate("codec => hls.levels.findIndex(level => level.videoCodec.startsWith(codec))", codec)
        page_of.evaluate("video.play()")
        for number, level in enumerate((own, 1 - own, own)):
            page_of.evaluate("level => { hls.loadLevel = level; }", level)
            page_of.wait_for_function("until => video.currentTime >= until", arg=4 * (number + 1))
        found = play(page_of, until_s=SECONDS)
    assert found["fatal"] == [], found
    changes = len(found["levels"]) - 1
    gaps = [after[0] - before[1] for before, after in pairwise(found["ranges"])]
    assert found["waits"] <= changes  # another decoder begins
    assert len(gaps) <= changes
    assert max(gaps, default=0) < LEAST_CHANGE_S, found
    assert {json.dumps(url).rpartition("/")[2][:4] for url in found["levels"]} == {"copy", "ladd"}, found


REORDERED = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "45", "-pix_fmt", "yuv420p"]
CONTAINERS = {
    "film.mkv": ["-c:a", "ac3"],  # the picture copied, the sound encoded beside it
    "film.ts": AAC,
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_copy_out_of_another_container(page_of: Page, name: str, tmp_path: Path) -> None:
    """The film's own quality plays without a gap, with decode times that no container stored, also after a seek."""
    recipe = [*video(rate="15", seconds=SECONDS), *audio(SECONDS), *REORDERED, *CONTAINERS[name]]
    outcome = transcode(make(tmp_path / name, recipe), tmp_path / "out")
    assert outcome.exit_code == 0, outcome.log
    with served_locally(Site(outcome.folder)) as address:
        page_of.goto(address)
        page_of.wait_for_function("hls.levels?.length")
        assert page_of.evaluate("hls.levels.map(level => level.url[0]).every(url => url.includes('/copy'))")
        found = play(page_of, until_s=3)
        check_smooth(found)
        page_of.evaluate("video.currentTime = 10")
        found = play(page_of, until_s=12)
    check_smooth(found)
