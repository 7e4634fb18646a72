"""What lets people into a room stands in no log."""

from __future__ import annotations

import re
from pathlib import Path

import watchparty_relay
from watchparty_relay.logged import logged

PACKAGE = Path(watchparty_relay.__file__).parent


def test_a_room_is_named_by_the_beginning_of_its_id() -> None:
    """Enough to find it among the administrators' rooms; its 128 bits are not there to be copied."""
    assert logged("8ZwDmp_-qNxlE6Tt4YU7Gg") == "8ZwDmp…"


def test_every_line_that_names_a_room_names_it_so() -> None:
    """A new line that gave the whole id would be a way in for whoever may read logs."""
    lines = [line for path in PACKAGE.rglob("*.py") for line in re.findall(r"log\.\w+\(.*room %s.*", path.read_text())]
    assert len(lines) > 3
    assert [line for line in lines if "logged" not in line] == []
