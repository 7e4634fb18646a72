"""A room that shows a locally stored film, and the server of the film's files."""

from dataclasses import dataclass

from httpx2 import Response
from starlette.testclient import TestClient

from fakes.api_harness import SITE, ApiHarness
from fakes.party import Browser, Party
from watchparty_api.records import Video
from watchparty_api.rooms.playback.media_app import media_app

MASTER = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv360/fast.m3u8\n"
GROWING = b"#EXTM3U\n#EXTINF:4.0,\nfast-00000.m4s\n"
COMPLETE = GROWING + b"#EXT-X-ENDLIST\n"
SEGMENT = bytes(range(256)) * 16
FILES = {
    "master.m3u8": MASTER,
    "v360/fast.m3u8": GROWING,
    "v720/ladder.m3u8": COMPLETE,
    "v360/fast-00000.m4s": SEGMENT,
    "v360/fast-init.mp4": b"init",
    "s0/subtitles.vtt": b"WEBVTT\n",
    "poster.jpg": b"picture",
    ".state/plan.json": b"{}",
}


@dataclass
class Cinema:
    """A room and the files of its film."""

    api: ApiHarness
    party: Party
    video: Video

    @property
    def folder(self) -> str:
        return f"/media/{self.video.id}/{self.video.generation}"

    def get(self, browser: Browser, name: str, **headers: str) -> Response:
        """Fetches a file of the film with the browser's cookies."""
        return self.fetch(browser, f"{self.folder}/{name}", **headers)

    def fetch(self, browser: Browser, path: str, *, method: str = "GET", **headers: str) -> Response:
        """Fetches any path with the cookies that a browser would send."""
        app = media_app(self.api.services)
        client = TestClient(app, base_url=SITE, cookies=browser.client.cookies)
        return client.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
