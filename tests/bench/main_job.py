"""`make bench-main`: the main job as a person feels it, on a fresh server in a process of its own.

Upload end → playable for three films, a guest's tap → first frame, the API with fifty people, pong while an upload
runs, and the memory of an idle server. Films: mandelbrot and noise, 1080p30, H.264 at 8 Mb/s with AAC (both lengths
pass the copy gate), and the short one in HEVC.
"""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import httpx2
from playwright.sync_api import sync_playwright
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from bench.report import Row, percentile, publish, spread_of
from e2e.films import film
from e2e.home import Home
from e2e.people import browser_of
from watchparty.demo import Api

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


def playable_after_upload_s(home: Home, path: Path) -> float:
    """From the last byte's answer to the first poll that says playable; the job is cancelled afterwards."""
    api = host_of(home)
    video_id = api.upload(path)
    uploaded_at = time.monotonic()
    while not (video := api.call("GET", f"/videos/{video_id}"))["playable"]:
        assert video["status"] != "failed", video["failure"]
        time.sleep(0.02)
    took_s = time.monotonic() - uploaded_at
    api.call("DELETE", f"/videos/{video_id}")
    return took_s


def playing_room(home: Home) -> tuple[Api, str]:
    """A room whose film can be watched in full."""
    api = host_of(home)
    video_id = api.upload(minute_film())
    api.wait_until_playable(video_id)
    room = api.call("POST", "/rooms", {"name": "Bench", "video_id": video_id, "control": "everyone"})
    return api, str(room["id"])


def first_frame_samples_s(home: Home, room_id: str, folder: Path) -> list[float]:
    """A new guest each time: from the tap on Join to the first picture that the browser presents."""
    samples = []
    with sync_playwright() as playwright:
        for number in range(GUESTS):
            with browser_of(playwright, f"guest-{number}", folder, home.url) as guest:
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


async def _user(client: httpx2.AsyncClient, room_id: str, until: float, samples_ms: list[float]) -> None:
    """Somebody who looks at the room, joins, and keeps the token fresh, with a second of thought in between."""
    key = {"X-Guest-Key": secrets.token_urlsafe(32)}
    while time.monotonic() < until:
        for method, path in (("GET", ""), ("POST", "/join"), ("POST", "/join/renew")):
            started = time.monotonic()
            answer = await client.request(
                method, f"/api/v1/rooms/{room_id}{path}", headers=key, **({"json": {}} if method == "POST" else {})
            )
            samples_ms.append((time.monotonic() - started) * 1000)
            assert answer.status_code in (200, 202, 429), answer.text
            await asyncio.sleep(random.uniform(0.5, 1.5))


async def api_samples_ms(home: Home, room_id: str) -> list[float]:
    samples: list[float] = []
    until = time.monotonic() + API_SECONDS
    limits = httpx2.Limits(max_connections=USERS)
    headers = {"Origin": home.url}
    async with httpx2.AsyncClient(base_url=home.url, timeout=30, limits=limits, headers=headers) as client:
        await asyncio.gather(*(_user(client, room_id, until, samples) for _ in range(USERS)))
    return samples


async def pong_samples_ms(home: Home, room_id: str, while_running: threading.Thread) -> list[float]:
    """Round trips of pings on a guest's socket, twenty a second, as long as the upload runs."""
    connection = Api(home.url, guest_key=secrets.token_urlsafe(32)).call("POST", f"/rooms/{room_id}/join")
    samples = []
    async with connect(
        connection["connection"]["relay_url"], subprotocols=[Subprotocol("watchparty.v1")], origin=home.url
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


def pong_while_uploading_ms(home: Home, room_id: str) -> list[float]:
    """The long film is uploaded by curl, a process of its own, so that only the server's time is in the samples."""
    path = twenty_minute_film()
    api = host_of(home)
    size = path.stat().st_size
    wish = {"filename": path.name, "size_bytes": size, "content_type": "video/mp4"}
    start = api.call("POST", "/videos", wish)["upload"]
    answer = httpx2.post(home.url + start["start_url"].removeprefix(home.url), headers=start["headers"])
    session = httpx2.URL(home.url).join(answer.headers["Location"])
    command = [
        "curl",
        "--silent",
        "--fail",
        "--output",
        "/dev/null",
        "--limit-rate",
        "40M",
        "-T",
        str(path),
        str(session),
    ]
    upload = threading.Thread(
        target=lambda: subprocess.run([*command, "-H", f"Content-Range: bytes 0-{size - 1}/{size}"], check=True)
    )
    upload.start()
    samples = asyncio.run(pong_samples_ms(home, room_id, upload))
    upload.join()
    return samples


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def idle_memory_mb(folder: Path) -> float:
    """A server that was started and asked for its page, and then left alone."""
    home = Home(folder / "idle")
    httpx2.get(home.url)
    Api(home.url).call("GET", "/config")
    time.sleep(5)
    used = rss_mb(home.pid)
    home.stop()
    return used


def main() -> None:
    films = {"playable_60s_s": minute_film(), "playable_20min_s": twenty_minute_film(), "playable_hevc_s": hevc_film()}
    goals = {"playable_60s_s": 2.0, "playable_20min_s": 3.0, "playable_hevc_s": 5.0}
    names = {"playable_60s_s": "60 s", "playable_20min_s": "20 min", "playable_hevc_s": "60 s in HEVC"}
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        home = Home(folder / "data")
        for key, path in films.items():
            samples = [playable_after_upload_s(home, path) for _ in range(PLAYABLE_RUNS)]
            what = f"upload end → playable, {names[key]}"
            rows.append(Row(key, what, statistics.median(samples), "s", goals[key], spread_of(samples)))
        _, room_id = playing_room(home)
        frames = first_frame_samples_s(home, room_id, folder)
        rows.append(
            Row("first_frame_p50_s", "tap → first frame, p50", percentile(frames, 0.5), "s", 0.8, spread_of(frames))
        )
        rows.append(Row("first_frame_p95_s", "tap → first frame, p95", percentile(frames, 0.95), "s", 2.0))
        calls = asyncio.run(api_samples_ms(home, room_id))
        rows.append(
            Row(
                "api_p95_ms", f"API, {USERS} people at once, p95", percentile(calls, 0.95), "ms", None, spread_of(calls)
            )
        )
        pongs = pong_while_uploading_ms(home, room_id)
        rows.append(
            Row(
                "pong_p99_upload_ms",
                "pong while an upload runs, p99",
                percentile(pongs, 0.99),
                "ms",
                None,
                spread_of(pongs),
            )
        )
        home.stop()
        rows.append(Row("rss_idle_mb", "memory of an idle server", idle_memory_mb(folder), "MB", 200.0))
    publish(rows)


if __name__ == "__main__":
    main()
