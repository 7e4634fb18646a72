"""Counts of what the relay does, and their text for a Prometheus that asks. One object a process, passed around."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(eq=False)
class Metrics:
    connections: int = 0
    rooms: int = 0
    deliveries: int = 0
    resyncs: int = 0
    events_pending: int = 0
    events_lost: int = 0
    received: Counter[str] = field(default_factory=Counter)
    closed: Counter[int] = field(default_factory=Counter)

    def text(self) -> str:
        gauges = {"connections": self.connections, "rooms": self.rooms, "room_events_pending": self.events_pending}
        counters = {"deliveries": self.deliveries, "resyncs": self.resyncs, "room_events_lost": self.events_lost}
        lines = [f"watchparty_relay_{name} {value}" for name, value in gauges.items()]
        lines += [f"watchparty_relay_{name}_total {value}" for name, value in counters.items()]
        lines += [f'watchparty_relay_received_total{{type="{name}"}} {n}' for name, n in sorted(self.received.items())]
        lines += [f'watchparty_relay_closed_total{{code="{code}"}} {n}' for code, n in sorted(self.closed.items())]
        return "\n".join(lines) + "\n"
