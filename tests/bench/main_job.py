"""`make bench-main`: measures the main job as users experience it, on a new server in its own process.

It measures: end of upload → playable for three films, a guest's tap → first frame of a playing film, the API with fifty
users, pong during an upload, and the memory of an idle server. Films: Mandelbrot and noise, 1080p30, H.264 at 8 Mb/s
with AAC (both lengths can be remuxed), and the short one in HEVC.

The rate limits of a real server apply: one host uploads everything, and each of the fifty users has their own address
(127.0.0.2 and up), as fifty households would.
"""

import asyncio
import json
import random
import secrets
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import sync_playwright
from websockets.asyncio.client import connect
from websockets.typing import Origin, Subprotocol

from bench.report import Row, percentile, publish, spread_of
from e2e.films import film
from e2e.home import Home
from e2e.people import browser_of
from watchparty.demo import Api, SimulatedGuest

GUESTS = 10
USERS = 50
API_SECONDS = 10.0
PLAYABLE_RUNS = 3

_HARD_CONTENT = [
    *("-f", "lavfi", "-i", "mandelbrot=s=1920x1080:r=30,noise=alls=12:allf=t"),
    *("-f", "lavfi", "-i", "sine=f=330:r=48000", "-t", "60"),
]


def minute_film() -> Path:
    video = ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "8M", "-maxrate", "8M", "-bufsize", "16M", "-g", "60"]
    return film("bench-60s.mp4", *_HARD_CONTENT, *video, "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "128k")


def twenty_minute_film() -> Path:
    return film("bench-20min.mp4", "-stream_loop", "19", "-i", str(minute_film()), "-c", "copy")


def hevc_film() -> Path:
    video = ["-c:v", "libx265", "-preset", "ultrafast", "-b:v", "5M", "-x265-params", "log-level=none:keyint=60"]
    return film("bench-60s-hevc.mp4", "-i", str(minute_film()), *video, "-tag:v", "hvc1", "-c:a", "copy")


def host_of(home: Home) -> Api:
    api = Api(home.url)
    api.become_temporary_host("Bench")
    return api


def playable_after_upload_s(host: Api, path: Path) -> float:
    """From the response to the last byte to the first poll that reports playable; the job is then cancelled."""
    video_id = host.upload(path)
    uploaded_at = time.monotonic()
    while not (video := host.call("GET", f"/videos/{video_id}"))["playable"]:
        assert video["status"] != "failed", video["failure"]
        time.sleep(0.02)
    took_s = time.monotonic() - uploaded_at
    host.call("DELETE", f"/videos/{video_id}")
    return took_s


@contextmanager
def playing_room(home: Home, host: Api) -> Iterator[tuple[str, str]]:
    """A room whose film plays in a loop; yields the ids of room and video. Other renditions are still being encoded."""
    video_id = host.upload(minute_film())
    host.wait_until_playable(video_id)
    wishes = {"video_id": video_id, "control": "everyone", "wait": {"policy": "never"}}
    room_id = str(host.call("POST", "/rooms", wishes)["id"])
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    staying = SimulatedGuest(home.url, room_id, "Ada", restarts_film=True).stay()
    present = asyncio.run_coroutine_threadsafe(staying, loop)
    yield room_id, video_id
    present.cancel()


def wait_until_ready(host: Api, video_id: str) -> None:
    while host.call("GET", f"/videos/{video_id}")["status"] != "ready":
        time.sleep(1)


def first_frame_samples_s(home: Home, room_id: str, folder: Path) -> list[float]:
    """The time from the tap on Join to the first frame that the browser presents, with a new guest each time."""
    samples = []
    with sync_playwright() as playwright:
        for _ in range(GUESTS):
            with browser_of(playwright, secrets.token_hex(4), folder, home.url) as guest:
                guest.open(f"/r/{room_id}")
                join = guest.page.get_by_role("button", name="Join")
                join.wait_for()
                guest.page.evaluate(
                    """() => { window.tapped = new Promise((done) => addEventListener("click", () => {
                      const at = performance.now();
                      const look = () => { const video = document.querySelector("video");
                        if (video) video.requestVideoFrameCallback(() => done(performance.now() - at));
                        else requestAnimationFrame(look); };
                      look(); }, { once: true, capture: true })); }"""
                )
                join.click()
                samples.append(guest.page.evaluate("window.tapped") / 1000)
    return samples


def _person(home: Home, number: int) -> httpx2.AsyncClient:
    """A user with their own address. `verify` is off because loading certificates, which plain HTTP does not need,
    takes longer than everything that is measured."""
    way = httpx2.AsyncHTTPTransport(local_address=f"127.0.0.{number + 2}", verify=False)
    headers = {"X-Guest-Key": secrets.token_urlsafe(32), "Origin": home.url}
    return httpx2.AsyncClient(base_url=home.url, timeout=30, transport=way, headers=headers)


async def _visit(client: httpx2.AsyncClient, room_id: str, until: float, samples_ms: list[float]) -> None:
    """Reads the room, joins it and renews the token, with a pause of about a second before each request."""
    while time.monotonic() < until:
        for method, path in (("GET", ""), ("POST", "/join"), ("POST", "/join/renew")):
            await asyncio.sleep(random.uniform(0.5, 1.5))
            started = time.monotonic()
            body: dict[str, Any] | None = {} if method == "POST" else None
            answer = await client.request(method, f"/api/v1/rooms/{room_id}{path}", json=body)
            samples_ms.append((time.monotonic() - started) * 1000)
            assert answer.status_code == 200, answer.text
    await client.aclose()


async def api_samples_ms(home: Home, room_id: str) -> list[float]:
    samples: list[float] = []
    people = [_person(home, number) for number in range(USERS)]
    until = time.monotonic() + API_SECONDS
    await asyncio.gather(*(_visit(person, room_id, until, samples) for person in people))
    return samples


async def pong_samples_ms(home: Home, room_id: str, while_running: threading.Thread) -> list[float]:
    """Round trips of pings on a guest's socket, twenty per second, during the upload."""
    connection = Api(home.url, guest_key=secrets.token_urlsafe(32)).call("POST", f"/rooms/{room_id}/join")
    samples = []
    async with connect(
        connection["connection"]["relay_url"], subprotocols=[Subprotocol("watchparty.v1")], origin=Origin(home.url)
    ) as socket:
        await socket.send(json.dumps({"t": "hello", "v": 1, "token": connection["connection"]["join_token"]}))
        while while_running.is_alive():
            sent = time.perf_counter()
            await socket.send(json.dumps({"t": "ping", "c": sent}))
            while json.loads(await socket.recv())["t"] != "pong":
                pass
            samples.append((time.perf_counter() - sent) * 1000)
            await asyncio.sleep(0.05)
    return samples


def pong_while_uploading_ms(home: Home, host: Api, room_id: str) -> list[float]:
    """curl uploads the long film in its own process, so that the samples contain only the time of the server."""
    path = twenty_minute_film()
    size = path.stat().st_size
    wish = {"filename": path.name, "size_bytes": size, "content_type": "video/mp4"}
    start = host.call("POST", "/videos", wish)["upload"]
    answer = httpx2.post(str(httpx2.URL(home.url).join(start["start_url"])), headers=start["headers"])
    session = str(httpx2.URL(home.url).join(answer.headers["Location"]))
    content_range = f"Content-Range: bytes 0-{size - 1}/{size}"
    command = ["curl", "--silent", "--fail", "-o", "/dev/null", "--limit-rate", "40M", "-T", str(path)]
    upload = threading.Thread(target=lambda: subprocess.run([*command, "-H", content_range, session], check=True))
    upload.start()
    samples = asyncio.run(pong_samples_ms(home, room_id, upload))
    upload.join()
    return samples


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def idle_memory_mb(folder: Path) -> float:
    """The memory of a server five seconds after it has served its page."""
    home = Home(folder / "idle")
    httpx2.get(home.url)
    Api(home.url).call("GET", "/config")
    time.sleep(5)
    used = rss_mb(home.pid)
    home.stop()
    return used


def playable_rows(host: Api) -> Iterator[Row]:
    films = {
        "playable_60s_s": ("60 s", minute_film(), 2.0),
        "playable_20min_s": ("20 min", twenty_minute_film(), 3.0),
        "playable_hevc_s": ("60 s in HEVC", hevc_film(), 5.0),
    }
    for key, (name, path, goal_s) in films.items():
        samples = [playable_after_upload_s(host, path) for _ in range(PLAYABLE_RUNS)]
        yield Row(key, f"upload end → playable, {name}", statistics.median(samples), "s", goal_s, spread_of(samples))


def first_frame_rows(samples: list[float], key: str, when: str) -> Iterator[Row]:
    for share, goal_s in ((0.5, 0.8), (0.95, 2.0)):
        name = f"p{share * 100:.0f}"
        value = percentile(samples, share)
        yield Row(f"{key}_{name}_s", f"tap → first frame, {when}, {name}", value, "s", goal_s, spread_of(samples))


def room_rows(home: Home, host: Api, folder: Path) -> Iterator[Row]:
    with playing_room(home, host) as (room_id, video_id):
        encoding = first_frame_samples_s(home, room_id, folder)
        yield from first_frame_rows(encoding, "first_frame_encoding", "while encoding")
        wait_until_ready(host, video_id)
        yield from first_frame_rows(first_frame_samples_s(home, room_id, folder), "first_frame", "film ready")
        calls = asyncio.run(api_samples_ms(home, room_id))
        for key, share in (("api_p50_ms", 0.5), ("api_p95_ms", 0.95)):
            what = f"API, {USERS} people at once, p{share * 100:.0f}"
            yield Row(key, what, percentile(calls, share), "ms", None, spread_of(calls))
        pongs = pong_while_uploading_ms(home, host, room_id)
        what = "pong while an upload runs, p99"
        yield Row("pong_p99_upload_ms", what, percentile(pongs, 0.99), "ms", None, spread_of(pongs))


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        home = Home(folder / "data")
        host = host_of(home)
        rows = [*playable_rows(host), *room_rows(home, host, folder)]
        home.stop()
        rows.append(Row("rss_idle_mb", "memory of an idle server", idle_memory_mb(folder), "MB", 200.0))
    publish(rows)


if __name__ == "__main__":
    main()
