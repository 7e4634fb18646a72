"""The publisher's port: hands room events to whoever keeps them."""

from collections.abc import Awaitable, Callable
from typing import Any

Event = dict[str, Any]

# Returns when the events are told for good; raises, whatever its client raises, when they are to be told again. In a
# process that hosts the relay it is that process's own. Adapters: `lines.py`, `pubsub.py`.
Publish = Callable[[list[Event]], Awaitable[None]]
