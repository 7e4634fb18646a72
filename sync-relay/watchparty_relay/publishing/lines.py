"""Room events as lines on stdout, where there is no topic: without what was said, because stdout is often a log."""

import sys

import msgspec

from watchparty_relay.publishing.port import Event


async def print_events(events: list[Event]) -> None:
    told = ({name: value for name, value in event.items() if name != "text"} for event in events)
    sys.stdout.write("".join(msgspec.json.encode(event).decode() + "\n" for event in told))
    sys.stdout.flush()
