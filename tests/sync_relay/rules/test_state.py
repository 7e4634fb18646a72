"""A room's id lets people in, so it is never logged whole."""

import re
from pathlib import Path

import watchparty_relay
from watchparty_relay.rules.state import log_name

PACKAGE = Path(watchparty_relay.__file__).parent


def test_a_rooms_log_name_is_the_beginning_of_its_id() -> None:
    """Enough to find it in the administrators' list; the rest of its 128 bits cannot be copied from a log."""
    assert log_name("8ZwDmp_-qNxlE6Tt4YU7Gg") == "8ZwDmp…"


def test_every_log_line_about_a_room_uses_its_log_name() -> None:
    """A line with the whole id would admit everyone who can read the logs."""
    lines = [line for path in PACKAGE.rglob("*.py") for line in re.findall(r"log\.\w+\(.*room %s.*", path.read_text())]
    assert len(lines) > 3
    assert [line for line in lines if "log_name" not in line] == []
