"""Builds the relay of one process: the only place that names adapters."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watchparty_relay.bus.journal import Journal
from watchparty_relay.bus.memory import MemoryBus
from watchparty_relay.bus.port import Bus
from watchparty_relay.config import RelayConfig
from watchparty_relay.lease.keeper import LeaseKeeper, LeaseStore
from watchparty_relay.lease.leased_bus import LeasedBus
from watchparty_relay.metrics import Metrics
from watchparty_relay.relay import Relay
from watchparty_relay.reporting.publishers import PubSubEvents, print_events
from watchparty_relay.reporting.room_events import EventQueue, Publish, commit_events
from watchparty_relay.room_time import MachineTime, TimeSource
from watchparty_relay.rules.connection_rate import ConnectionRate
from watchparty_relay.rules.rate_limit import scaled_limits
from watchparty_relay.rules.word_filter import WordFilter
from watchparty_relay.session.join_token import Jwks, TokenVerifier
from watchparty_relay.transport.asgi import AsgiRelay


@dataclass(frozen=True)
class RelayService:
    """The relay as a host process uses it; `asgi` can be mounted at any path."""

    relay: Relay
    asgi: AsgiRelay
    metrics: Metrics

    async def start(self) -> None:
        await self.relay.start()

    async def stop(self) -> None:
        await self.relay.stop()

    def drain(self) -> None:
        """Asks all clients to reconnect; call it before the server closes the sockets."""
        self.relay.drain()

    def deliver(self, notice: Mapping[str, Any]) -> None:
        """Applies a notice of the functions; blocks, so do not call it on the event loop's thread."""
        self.relay.deliver(notice)


def build_relay(
    config: RelayConfig,
    *,
    jwks: Jwks,
    publish: Publish,
    journal_path: Path | None = None,
    allowed_origins: Iterable[str] = (),
    clock: TimeSource | None = None,
    unknown_key: Callable[[], None] = lambda: None,
    passed_ms: Callable[[], float] | None = None,
    lease_store: LeaseStore | None = None,
) -> RelayService:
    """`unknown_key` is called for each token that names a key which `jwks` does not list.

    `passed_ms` returns the time of day that it is at least; without it a journal drops no rooms for their age.
    With a `lease_store`, several processes with rooms in memory agree there on the one that commands them.
    """
    time, metrics = clock or MachineTime(), Metrics()
    journal = Journal(journal_path, commit_events=commit_events) if journal_path and config.bus == "memory" else None
    lease = LeaseKeeper(lease_store, now_ms=time.boot_ms, revision=config.revision) if lease_store else None
    rooms = _bus(config, journal, time, metrics, passed_ms)
    relay = Relay(
        bus=LeasedBus(rooms, lease) if lease and isinstance(rooms, MemoryBus) else rooms,
        verifier=TokenVerifier(jwks, unknown_key=unknown_key),
        events=EventQueue(publish, metrics, outbox=journal),
        metrics=metrics,
        time=time,
        limits=scaled_limits(config.limits_times),
        word_filter=WordFilter(config.blocked_words),
        rotates=config.rotates,
        socket_bytes=config.socket_mb * 1024 * 1024,
        connection_rate=ConnectionRate(
            config.connections_per_10s * config.limits_times, proxies=config.trusted_proxies
        ),
    )
    if lease and isinstance(rooms, MemoryBus):
        _follow(lease, relay, rooms)
    return RelayService(relay, AsgiRelay(relay, allowed_origins=frozenset(allowed_origins)), metrics)


def _follow(lease: LeaseKeeper, relay: Relay, rooms: MemoryBus) -> None:
    """Connects the lease with what a change of it means."""

    def lost() -> None:
        relay.step_down()
        rooms.forget_rooms()

    async def superseded() -> None:
        lost()
        await relay.flush_events()

    lease.notify(lost=lost, superseded=superseded)


def build_publisher(config: RelayConfig) -> Publish:
    """How a relay that is served alone publishes its room events."""
    if config.events_topic is None:
        return print_events
    return PubSubEvents(config.events_topic, emulator=config.pubsub_emulator)


def _bus(
    config: RelayConfig,
    journal: Journal | None,
    time: TimeSource,
    metrics: Metrics,
    passed_ms: Callable[[], float] | None,
) -> Bus:
    match config.bus:
        case "memory":
            return MemoryBus(journal=journal, time=time, passed_ms=passed_ms)
        case "redis":
            from watchparty_relay.bus.redis import RedisBus

            return RedisBus(config.redis_url or "", time=time, metrics=metrics, revision=config.revision)
