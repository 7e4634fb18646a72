"""The commands themselves: each makes its calls and prints its result to standard output.

With --json the result is what the API returned, one object or one object per line.
"""

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from watchparty.client.config import ClientConfig, client_config
from watchparty.client.connection import Json, Server
from watchparty.client.errors import Interrupted, MissingItem, OutputLost, Refused
from watchparty.client.film_file import FilmFile
from watchparty.client.saved_uploads import SavedUploads
from watchparty.client.terminal import ProgressBar, printable, size_text, table
from watchparty.client.upload import FilmUpload

POLL_EVERY_S = 2.0
"""How often a film that is being prepared is read; a home server closes a connection that is idle for five seconds."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_LINK = re.compile(r"https?://[^\s]+/r/([A-Za-z0-9_-]{1,100})/?(?:[?#].*)?")

Command = Callable[[Server, argparse.Namespace, ClientConfig], None]


def run(command: str, arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Runs the command of `COMMANDS`. Raises ClientError."""
    config = client_config(environ)
    with closing(Server(config)) as server, suppress(BrokenPipeError):  # the reader, such as `head`, has enough
        COMMANDS[command](server, arguments, config)
    return 0


def upload(server: Server, arguments: argparse.Namespace, config: ClientConfig) -> None:
    """Uploads a film and, with --room, shows it there as soon as it can be watched."""
    with FilmFile(arguments.file) as film, closing(ProgressBar()) as bar:
        room_id = _controlled_room(server, arguments.room) if arguments.room is not None else None
        saved = SavedUploads(config.state, server=config.url)
        film_upload = FilmUpload(server, film, saved, progress=bar, warn=_warn)
        try:
            video_id = film_upload.run(title=arguments.title)
            bar.close()
            result: Json = {"video_id": video_id, "room": None}
            text = f"Uploaded {film.name}: {video_id}"
            if room_id is not None:
                title, result["room"] = _show_in_room(server, room_id, film_upload, video_id)
                text = f"“{title}” ({video_id}) is ready in {result['room']['url']}"
        except KeyboardInterrupt:
            bar.close()
            raise Interrupted("Stopped. Run the same command again to continue the upload.") from None
        film_upload.forget()
        _show(arguments, result, text)


def _show_in_room(server: Server, room_id: str, film_upload: FilmUpload, video_id: str) -> tuple[str, Json]:
    """Shows the film as soon as it can be watched; returns its title and the room. Raises ClientError."""
    try:
        title = _wait_until_playable(server, video_id)["title"]
        return title, server.call("PATCH", f"/rooms/{room_id}", {"video_id": video_id})
    except (MissingItem, Refused):
        film_upload.forget()  # or each repetition would come to the same end
        raise


def create_room(server: Server, arguments: argparse.Namespace, _config: ClientConfig) -> None:
    """Creates a room and prints its link."""
    given = {"name": arguments.name, "video_id": arguments.video, "access": arguments.access}
    room = server.call("POST", "/rooms", {name: value for name, value in given.items() if value is not None})
    _show(arguments, room, room["url"])


def list_rooms(server: Server, arguments: argparse.Namespace, _config: ClientConfig) -> None:
    """Lists the open rooms, the most recently used first."""
    rooms = pages(server, "/rooms")
    _list(arguments, rooms, lambda room: (room["id"], room["last_active_at"][:16], room["name"], room["url"]))


def close_rooms(server: Server, arguments: argparse.Namespace, _config: ClientConfig) -> None:
    """Closes rooms permanently."""
    for room_id in [_room_id(room) for room in arguments.room]:
        server.call("DELETE", f"/rooms/{room_id}")
        _show(arguments, {"id": room_id}, f"Closed {room_id}")


def invite(server: Server, arguments: argparse.Namespace, _config: ClientConfig) -> None:
    """Creates a personal link to a room and prints it."""
    body: Json = {"role": "moderator" if arguments.moderator else "viewer"}
    if arguments.email is not None:
        body["email"] = arguments.email
    if arguments.uses is not None:
        body["max_uses"] = arguments.uses
    if arguments.hours is not None:
        body["expires_at"] = (datetime.now(UTC) + timedelta(hours=arguments.hours)).isoformat()
    made = server.call("POST", f"/rooms/{_room_id(arguments.room)}/invitations", body)
    _show(arguments, made, made["url"])
    if arguments.email and not made["mailed"]:
        _warn("The link was not mailed. Send it yourself.")


def list_videos(server: Server, arguments: argparse.Namespace, _config: ClientConfig) -> None:
    """Lists the films of the library, newest first."""
    videos = pages(server, "/videos")
    _list(arguments, videos, lambda each: (each["id"], _status(each), size_text(each["size_bytes"]), each["title"]))


def delete_videos(server: Server, arguments: argparse.Namespace, _config: ClientConfig) -> None:
    """Deletes films and all files created from them."""
    for video_id in [_video_id(video) for video in arguments.video]:
        server.call("DELETE", f"/videos/{video_id}")
        _show(arguments, {"id": video_id}, f"Deleted {video_id}")


COMMANDS: Mapping[str, Command] = {
    "upload": upload,
    "rooms create": create_room,
    "rooms list": list_rooms,
    "rooms close": close_rooms,
    "rooms invite": invite,
    "videos list": list_videos,
    "videos delete": delete_videos,
}
"""The commands by their names on the command line."""


def pages(server: Server, path: str, *, page_size: int = 50) -> Iterator[Json]:
    """The items of all pages of a list."""
    cursor = ""
    while True:
        page = server.call("GET", f"{path}?limit={page_size}{cursor}")
        yield from page["items"]
        if not page["next_cursor"]:
            return
        cursor = f"&cursor={page['next_cursor']}"


def _controlled_room(server: Server, room: str) -> str:
    """The room's id, if the caller may choose its film: better refused now than after the upload."""
    room_id = _room_id(room)
    found = server.call("PATCH", f"/rooms/{room_id}", {})  # changes nothing
    server.call("GET", "/videos?limit=1")  # the scope with which the command waits for the film
    if not found["you"]["can_control"]:
        raise Refused(f"You can’t choose the film in “{found['name']}”. Ask its host.")
    return room_id


def _wait_until_playable(server: Server, video_id: str) -> Json:
    """The film, as soon as its beginning can be watched. Raises ClientError if it can't be prepared."""
    while True:
        video = server.call("GET", f"/videos/{video_id}")
        if video["status"] == "failed":
            raise Refused(f"The film is uploaded, but can’t be prepared: {video['failure']['message']}")
        if video["playable"]:
            return video
        time.sleep(POLL_EVERY_S)


def _room_id(room: str) -> str:
    """The id in a room's link, or the id itself."""
    link = _LINK.fullmatch(room)
    room_id = link[1] if link else room
    if not _ID.fullmatch(room_id):
        raise MissingItem(f"“{room}” is neither the id of a room nor its link.")
    return room_id


def _video_id(video: str) -> str:
    if not _ID.fullmatch(video):
        raise MissingItem(f"“{video}” is not the id of a film. `watchparty videos list` shows them.")
    return video


def _status(video: Json) -> str:
    share = f" {video['progress'] * 100:.0f} %" if video["status"] in ("uploading", "processing") else ""
    return f"{video['status']}{share}"


def _show(arguments: argparse.Namespace, result: Json, text: str) -> None:
    _print(json.dumps(result) if arguments.json else printable(text))


def _list(arguments: argparse.Namespace, items: Iterator[Json], row: Callable[[Json], tuple[Any, ...]]) -> None:
    if arguments.json:
        for item in items:
            _print(json.dumps(item))
    elif rows := [row(item) for item in items]:
        _print(table(rows))


def _print(text: str) -> None:
    """Prints at once, and replaces what the terminal's encoding lacks. Raises BrokenPipeError, OutputLost."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"  # there is no output after `>&-`
    try:
        print(text.encode(encoding, errors="replace").decode(encoding), flush=True)
    except OSError as error:
        # Python would otherwise try again at exit, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise OutputLost(error.strerror or str(error)) from error


def _warn(sentence: str) -> None:
    print(printable(sentence), file=sys.stderr)
