"""The options of the commands that use a server through its API."""

import argparse
import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""What argparse returns for commands, a type without a public name."""
Run = Callable[[str], Callable[[argparse.Namespace], int]]
"""Returns what runs the command of this name."""

_HYPHENATED_ID = re.compile(r"-[A-Za-z0-9_-]{15,99}")
"""An id that begins with a hyphen, as one in 64 does. Ids have 16 or 22 characters, and options have fewer."""
_ABOUT = """
Settings, from the environment:
  WATCHPARTY_URL    the address of the server, such as https://watch.example
  WATCHPARTY_TOKEN  an API token: create one on the page, Account → API tokens

Exit codes: 0 done, 2 wrong usage, 3 token refused, 4 not found, 5 refused by the server, 6 server unreachable,
7 interrupted (repeat the command to continue an upload), 1 anything else.
"""


class CommandParser(argparse.ArgumentParser):
    """A parser, also for the commands added to it, that takes an id with a leading hyphen for what it is."""

    def _parse_optional(self, arg_string: str) -> Any:
        # argparse has no public hook for this; None stands for an argument that is no option
        return None if _HYPHENATED_ID.fullmatch(arg_string) else super()._parse_optional(arg_string)


def add_client_commands(commands: Commands, run: Run) -> None:
    """Adds upload, rooms and videos to the commands of the program."""
    upload = _command(
        commands,
        "upload",
        "upload a film to a server",
        "Uploads FILE and shows the progress. If the upload is interrupted, the same command continues it. "
        "The token needs the scope videos:write, and with --room also videos:read and rooms:write.",
    )
    upload.add_argument("file", type=Path, metavar="FILE", help="a video or audio file")
    upload.add_argument("--room", metavar="ROOM", help="show the film in this room (its id or link) when it is ready")
    upload.add_argument("--title", metavar="T", help="the film’s title (default: the file’s name)")
    upload.set_defaults(run=run("upload"))

    rooms = commands.add_parser("rooms", help="create, list and close rooms of a server, and invite people")
    add_rooms(rooms.add_subparsers(title="commands", required=True), run)
    videos = commands.add_parser("videos", help="list and delete films of a server")
    add_videos(videos.add_subparsers(title="commands", required=True), run)


def add_rooms(commands: Commands, run: Run) -> None:
    create = _command(commands, "create", "create a room", "Creates a room and prints its link. Scope: rooms:write.")
    create.add_argument("--name", metavar="N", help="the room’s name (default: generated)")
    create.add_argument("--video", metavar="ID", help="the film that it shows")
    create.add_argument("--access", choices=["open", "knock", "members"], help="who can enter (default: open)")
    create.set_defaults(run=run("rooms create"))
    listed = _command(commands, "list", "list your open rooms", "Id, last use, name, link. Scope: rooms:read.")
    listed.set_defaults(run=run("rooms list"))
    close = _command(commands, "close", "close rooms permanently", "Closes rooms permanently. Scope: rooms:write.")
    close.add_argument("room", nargs="+", metavar="ROOM", help="the room’s id or link")
    close.set_defaults(run=run("rooms close"))
    invite = _command(
        commands,
        "invite",
        "create a personal link to a room",
        "Prints a personal link, which admits without approval and password. Scope: rooms:write.",
    )
    invite.add_argument("room", metavar="ROOM", help="the room’s id or link")
    invite.add_argument("--email", metavar="ADDRESS", help="also mail the link to this address")
    invite.add_argument("--moderator", action="store_true", help="make the invited person a moderator")
    invite.add_argument("--uses", type=_between(1, 1000), metavar="N", help="how many people can use the link")
    invite.add_argument("--hours", type=_between(1, 87_600), metavar="N", help="how long the link is valid")
    invite.set_defaults(run=run("rooms invite"))


def add_videos(commands: Commands, run: Run) -> None:
    listed = _command(commands, "list", "list your films", "Id, status, size, title. Scope: videos:read.")
    listed.set_defaults(run=run("videos list"))
    delete = _command(
        commands, "delete", "delete films", "Deletes films and all files created from them. Scope: videos:write."
    )
    delete.add_argument("video", nargs="+", metavar="ID", help="the film’s id")
    delete.set_defaults(run=run("videos delete"))


def _command(commands: Commands, name: str, summary: str, description: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=summary,
        description=textwrap.fill(description, 100),
        epilog=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    return parser


def _between(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"expected a number from {least} to {most}")
        return int(text)

    return number
