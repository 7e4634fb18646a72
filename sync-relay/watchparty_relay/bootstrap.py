"""Puts the relay of one process together: the one place that names adapters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watchparty_relay.bus.journal import Journal
from watchparty_relay.bus.memory import MemoryBus
from watchparty_relay.bus.port import Bus
from watchparty_relay.config import RelayConfig
from watchparty_relay.flood import limits_times
from watchparty_relay.join_token import Jwks, TokenVerifier
from watchparty_relay.metrics import Metrics
from watchparty_relay.publishing.lines import print_events
from watchparty_relay.publishing.port import Publish
from watchparty_relay.publishing.pubsub import PubSubEvents
from watchparty_relay.relay import Relay
from watchparty_relay.room_events import RoomEvents
from watchparty_relay.room_time import MachineTime, TimeSource
from watchparty_relay.transport.asgi import AsgiRelay
from watchparty_relay.words import WordFilter


@dataclass(frozen=True)
class RelayService:
    """What a process that hosts the relay holds of it; `asgi` may be mounted at any path."""

    relay: Relay
    asgi: AsgiRelay
    metrics: Metrics

    async def start(self) -> None:
        await self.relay.start()

    async def stop(self) -> None:
        await self.relay.stop()

    def drain(self) -> None:
        """Before the server closes sockets: everybody is asked to come back."""
        self.relay.drain()

    def deliver(self, notice: Mapping[str, Any]) -> None:
        """Applies a notice of the functions; blocks, so not on the event loop's thread."""
        self.relay.deliver(notice)


def build_relay(
    config: RelayConfig,
    *,
    jwks: Jwks,
    publish: Publish,
    journal_path: Path | None = None,
    allowed_origins: Iterable[str] = (),
    clock: TimeSource | None = None,
) -> RelayService:
    time, metrics = clock or MachineTime(), Metrics()
    relay = Relay(
        bus=_bus(config, journal_path, time, metrics),
        verifier=TokenVerifier(jwks),
        events=RoomEvents(publish, metrics),
        metrics=metrics,
        time=time,
        limits=limits_times(config.limits_times),
        words=WordFilter(config.blocked_words),
        rotates=config.rotates,
    )
    return RelayService(relay, AsgiRelay(relay, allowed_origins=frozenset(allowed_origins)), metrics)


def build_publisher(config: RelayConfig) -> Publish:
    """Where a relay that is served alone tells its room events."""
    if config.events_topic is None:
        return print_events
    return PubSubEvents(config.events_topic, emulator=config.pubsub_emulator)


def _bus(config: RelayConfig, journal_path: Path | None, time: TimeSource, metrics: Metrics) -> Bus:
    match config.bus:
        case "memory":
            return MemoryBus(journal=Journal(journal_path) if journal_path else None, time=time)
        case "redis":
            from watchparty_relay.bus.redis import RedisBus  # a host without Redis need not have its client

            return RedisBus(config.redis_url or "", time=time, metrics=metrics, revision=config.revision)
