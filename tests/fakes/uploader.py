"""A client that uploads films, and the home object server that stores them in a folder."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from fakes import asgi
from fakes.api_harness import SITE, ApiHarness
from fakes.asgi import Answer
from watchparty_api.objects.disk import Disk
from watchparty_api.objects.local import LocalObjectStore
from watchparty_api.objects.port import StoredObject, UploadStart
from watchparty_api.web.resumable import resumable_app

KIB256 = 256 * 1024


@dataclass
class Uploader:
    """The client and the server; `restart` starts a new server on the same folder."""

    api: ApiHarness
    folder: Path
    key: rsa.RSAPrivateKey
    free_bytes: int = 10**12
    nobody_listens: bool = False
    finalized: list[StoredObject] = field(default_factory=list)
    arrivals: int = 0  # how often the server announced an upload in progress

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Loses everything in memory, as kill -9 does."""
        disk = Disk(self.folder, free_bytes=lambda _: self.free_bytes, reserve_bytes=0)
        self.store = LocalObjectStore(self.folder, key=self.key, now=self.api.clock, disk=disk)
        self.app = resumable_app(self.api.services, self.store, self.hear, arriving=self.hear_of_arrival)

    def hear_of_arrival(self) -> None:
        self.arrivals += 1

    def hear(self, original: StoredObject) -> None:
        if self.nobody_listens:
            raise RuntimeError("nobody listens")
        self.finalized.append(original)

    def signed(self, content: bytes, *, video_id: str = "v1", content_type: str = "video/mp4") -> UploadStart:
        return self.store.start_upload(
            video_id=video_id, size_bytes=len(content), content_type=content_type, base_url=SITE
        )

    def start(self, content: bytes, *, video_id: str = "v1") -> str:
        """Opens an upload session and returns its URL."""
        start = self.signed(content, video_id=video_id)
        answer = asgi.request(self.app, "POST", start.start_url, headers=start.headers)
        assert answer.status == 201, answer
        return answer.headers["location"]

    def put(
        self,
        location: str,
        content: bytes,
        first: int,
        last: int,
        *,
        pieces: Iterable[bytes] | None = None,
        leave: bool = False,
    ) -> Answer:
        """Sends the bytes `first` to `last`, inclusive."""
        body = [content[first : last + 1]] if pieces is None else pieces
        headers = {"content-range": f"bytes {first}-{last}/{len(content)}"}
        return asgi.request(self.app, "PUT", location, headers=headers, body=body, leave=leave)

    def ask(self, location: str, size_bytes: int) -> Answer:
        """Requests how many bytes the server has."""
        return asgi.request(self.app, "PUT", location, headers={"content-range": f"bytes */{size_bytes}"})

    def upload(self, content: bytes, *, video_id: str = "v1") -> Answer:
        """Uploads the whole file in one request."""
        return self.put(self.start(content, video_id=video_id), content, 0, len(content) - 1)

    def original(self, video_id: str = "v1") -> bytes:
        return (self.folder / "uploads" / video_id / "original").read_bytes()
