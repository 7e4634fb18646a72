"""One connection: before its hello, waiting for admission, in a room, or delivering a notice of the functions.

It receives text and sends through a `SendQueue`; it never sees a socket. Its state is one of the five in
`session_state.py`. Members' requests are handled in `requests.py`; the process around it is its `SessionHost`.
"""

import asyncio
import logging
import math
import random
import secrets
from collections import deque

import msgspec
from msgspec.structs import replace

from watchparty_relay.errors import BusUnavailable, TokenRefused
from watchparty_relay.fanout.channel import Channel
from watchparty_relay.fanout.send_queue import ReaderState, SendQueue
from watchparty_relay.protocol.codec import Frame, FrameBatch, Incoming, Outgoing, decode, encode
from watchparty_relay.protocol.messages import (
    PROTOCOL_VERSION,
    Bye,
    Chat,
    Clear,
    Command,
    Delete,
    ErrorMessage,
    Hello,
    Moved,
    Nack,
    Ping,
    Pong,
    React,
    Renew,
    Report,
    Token,
    Typing,
)
from watchparty_relay.protocol.notices import Notice, NoticeAck
from watchparty_relay.protocol.values import CloseCode, ErrorCode, NackCode, Resume, Role
from watchparty_relay.room.live_room import LiveRoom
from watchparty_relay.rules.changes import Refusal
from watchparty_relay.rules.rate_limit import TokenBucket, too_large
from watchparty_relay.session import requests
from watchparty_relay.session.eager_task import run_eagerly
from watchparty_relay.session.join_token import MAX_NOTICE_LIFE_S, enter_change
from watchparty_relay.session.session_host import SessionHost
from watchparty_relay.session.session_state import Closed, DeliveringNotice, Joined, Pending, State, Waiting
from watchparty_relay.session.token_lease import TokenLease, token_lease

log = logging.getLogger(__name__)

HELLO_WITHIN_MS = 10_000.0
CHECK_EVERY_MS = 5_000.0
ROTATE_AFTER_MS = (50 * 60_000.0, 58 * 60_000.0)
"""Cloud Run ends a request, and thus a socket, after sixty minutes. The spread keeps those who joined together from
reconnecting together."""
ROTATE_WITHIN_MS = 30_000.0
MAX_QUEUED_MESSAGES = 128

CLOSE_CODES = {
    ErrorCode.BAD_TOKEN: CloseCode.TOKEN,
    ErrorCode.EXPIRED_TOKEN: CloseCode.TOKEN,
    ErrorCode.STALE_TOKEN: CloseCode.TOKEN,
    ErrorCode.REMOVED: CloseCode.REMOVED,
    ErrorCode.CLOSED: CloseCode.CLOSED,
}


class Session:
    def __init__(self, channel: Channel, host: SessionHost) -> None:
        now_ms = host.now_ms()
        self.connection_id = secrets.token_urlsafe(9)
        self.participant_id = ""
        self.send_queue = SendQueue(channel)
        self.next_check_ms = now_ms
        self._opened_ms = now_ms
        self._host = host
        self._state: State = Pending(until_ms=now_ms + HELLO_WITHIN_MS)
        self._bucket = TokenBucket(host.limits.messages_per_10s)
        self._inbox: deque[Incoming] = deque()
        self._processing = False
        self._task: asyncio.Task[None] | None = None  # a reference, so that the task is not garbage-collected
        self._asked_to_move = False
        self._rotate_ms = now_ms + random.uniform(*ROTATE_AFTER_MS) if host.rotates else math.inf  # noqa: S311

    # --- called by the transport ---

    def receive(self, text: str | bytes) -> None:
        """One text frame arrived. A ping is answered ahead of everything that is queued."""
        now_ms = self._host.now_ms()
        if isinstance(self._state, Closed):
            return None
        if too_large(text):
            return self.close(CloseCode.TOO_LARGE, ErrorCode.TOO_LARGE)
        if not self._bucket.take(now_ms=now_ms) or len(self._inbox) >= MAX_QUEUED_MESSAGES:
            return self.close(CloseCode.TOO_FAST, ErrorCode.TOO_FAST)
        try:
            message = decode(text)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return self.close(CloseCode.MALFORMED, ErrorCode.MALFORMED)
        if isinstance(message, Ping):
            return self._answer_ping(message, now_ms)
        self._host.metrics.received[type(message).__name__] += 1
        self._inbox.append(message)
        if not self._processing:
            self._processing = True
            # Handling a hello opens a room, which may need a current task from the start.
            start = run_eagerly if isinstance(self._state, Joined) else asyncio.create_task
            self._task = start(self._process_inbox())
        return None

    def receive_binary(self) -> None:
        self.close(CloseCode.MALFORMED, ErrorCode.MALFORMED)

    def connection_lost(self) -> None:
        self._leave(goodbye=False)

    # --- called by the relay ---

    def tick(self, now_ms: float) -> None:
        """Checks a lagging reader at every tick; from `next_check_ms` on, also timeouts and the token."""
        if self.send_queue.lagging:
            self._check_reader(now_ms)
        if now_ms < self.next_check_ms:
            return
        state = self._state
        self.next_check_ms = now_ms + CHECK_EVERY_MS
        if isinstance(state, Pending | DeliveringNotice):
            self.next_check_ms = min(self.next_check_ms, state.until_ms)
        if now_ms > self._rotate_ms:
            self._rotate(now_ms)
        match state:
            case Pending() if now_ms > state.until_ms:
                self.close(CloseCode.HELLO_TIMEOUT, ErrorCode.HELLO_TIMEOUT)
            case DeliveringNotice() if now_ms > state.until_ms:
                self.close(CloseCode.TOKEN, ErrorCode.EXPIRED_TOKEN)
            case Waiting() | Joined():
                self._check_lease(state, now_ms)

    def ask_to_move(self, *, within_ms: float) -> None:
        """Asks the client, once, to open another connection before this one is closed."""
        if not isinstance(self._state, Closed) and not self._asked_to_move:
            self._asked_to_move = True
            self.send(Moved(within_ms=within_ms))

    def drain(self, *, within_ms: float) -> None:
        """The process is shutting down: asks the client to reconnect, and closes."""
        self.ask_to_move(within_ms=within_ms)
        self.close(CloseCode.DRAINING, ErrorCode.DRAINING)

    def _rotate(self, now_ms: float) -> None:
        """Asks for a new connection; closes this one if the client opened none."""
        if now_ms > self._rotate_ms + 2 * ROTATE_WITHIN_MS:
            self.close(CloseCode.DRAINING, ErrorCode.DRAINING)
        else:
            self.ask_to_move(within_ms=ROTATE_WITHIN_MS)

    # --- called by rooms ---

    @property
    def mver(self) -> int:
        """The membership's version in the current token; 0 outside a room."""
        return self._state.lease.claims.mver if isinstance(self._state, Waiting | Joined) else 0

    def close(self, code: CloseCode, error: ErrorCode | None = None) -> None:
        if isinstance(self._state, Closed):
            return
        if error is not None:
            self.send(ErrorMessage(error, fatal=True))
        if isinstance(self._state, Waiting | Joined):
            self._state.room.broadcaster.flush(self)
        self._host.metrics.closed[int(code)] += 1
        self.send_queue.close(code)
        self._leave(goodbye=code is CloseCode.BYE)

    def send(self, message: Outgoing) -> None:
        """Sends to this connection alone; in a room, in order with the messages to all members."""
        if isinstance(self._state, Waiting | Joined):
            self._state.room.broadcaster.send_to(self, message)
        else:
            self.send_queue.offer(FrameBatch([Frame(encode(message))]))

    # --- messages ---

    async def _process_inbox(self) -> None:
        """Handles a connection's messages one after the other, in the order of their arrival."""
        try:
            while self._inbox and not isinstance(self._state, Closed):
                await self._handle(self._inbox.popleft())
        except TokenRefused as error:
            self.close(CLOSE_CODES[error.code], error.code)
        except BusUnavailable:
            self.close(CloseCode.DRAINING, ErrorCode.DRAINING)
        except Exception:  # a bug: reconnecting is better for the client than a room that does not answer
            log.exception("a session failed")
            self.close(CloseCode.DRAINING, ErrorCode.DRAINING)
        finally:
            self._processing = False

    async def _handle(self, message: Incoming) -> None:
        match self._state:
            case Joined() as state:
                await self._handle_joined(state, message)
            case Pending():
                await self._handle_hello(message)
            case Waiting() as state:
                await self._handle_waiting(state, message)
            case DeliveringNotice() as state:
                await self._handle_notice(state, message)

    async def _handle_hello(self, message: Incoming) -> None:
        if not isinstance(message, Hello):
            return self.close(CloseCode.MALFORMED, ErrorCode.MALFORMED)
        if message.v != PROTOCOL_VERSION:
            return self.close(CloseCode.VERSION, ErrorCode.VERSION)
        self._state = Pending(until_ms=self._host.now_ms() + HELLO_WITHIN_MS, hello_received=True)
        if self._host.verifier.is_notice(message.token):
            claims = self._host.verifier.notice(message.token, now_s=self._host.wall_s())
            self._state = DeliveringNotice(claims, until_ms=self._host.now_ms() + MAX_NOTICE_LIFE_S * 1000)
            return None
        lease = self._verified_lease(message.token)
        self.participant_id = lease.claims.sub
        room = await self._host.acquire_room(lease.claims.room)
        try:
            await _enter(room, lease)
        except (TokenRefused, BusUnavailable):
            self._host.release_room(room)
            raise
        if isinstance(self._state, Closed):  # the connection was lost while the token was being accepted
            return self._host.release_room(room)
        if lease.claims.role is Role.WAITING:
            self._state = Waiting(room, lease)
            self.send(room.wait(self, lease.request))
            return None
        self._join(room, lease, resume=message.resume, replaces=message.replaces)
        self._host.metrics.join.observe((self._host.now_ms() - self._opened_ms) / 1000)
        return None

    def _join(self, room: LiveRoom, lease: TokenLease, *, resume: Resume | None, replaces: str | None) -> None:
        self._state = Joined(room, lease)
        if room.is_full_for(self.participant_id):
            return self.close(CloseCode.FULL, ErrorCode.FULL)
        welcome = room.join(self, resume)
        self.send_queue.sent_seq = welcome.seq
        self.send(welcome)
        room.send_after_welcome(self, replaces)
        return None

    async def _handle_waiting(self, state: Waiting, message: Incoming) -> None:
        match message:
            case Bye():
                self.close(CloseCode.BYE)
            case Token():
                lease = await self._renewed_lease(state, message)
                if isinstance(self._state, Closed):
                    return
                if lease.claims.role is Role.WAITING:
                    self._state = Waiting(state.room, lease)
                    return
                state.room.stop_waiting(self)
                self._join(state.room, lease, resume=None, replaces=None)
            case Command() | Chat() | Delete() | Clear():
                self.send(Nack(cid=message.cid, code=NackCode.WAITING))
            case _:
                self.send(ErrorMessage(ErrorCode.WAITING, fatal=False))

    async def _handle_joined(self, state: Joined, message: Incoming) -> None:
        match message:
            case Command() | Chat() | Delete() | Clear():
                self.send(await requests.change_room(state.room, self, message))
            case React() | Typing() | Report():
                refusal = requests.send_ephemeral(state.room, self, message)
                if refusal is not None:
                    self.send(refusal)
            case Token():
                lease = await self._renewed_lease(state, message)
                if lease.claims.role is Role.WAITING:
                    self.close(CloseCode.TOKEN, ErrorCode.BAD_TOKEN)
                elif isinstance(self._state, Joined):
                    self._state = Joined(state.room, lease)
            case Bye():
                self.close(CloseCode.BYE)
            case _:
                self.close(CloseCode.MALFORMED, ErrorCode.MALFORMED)

    async def _handle_notice(self, state: DeliveringNotice, message: Incoming) -> None:
        if isinstance(message, Bye):
            return self.close(CloseCode.BYE)
        if not isinstance(message, Notice):
            return self.close(CloseCode.MALFORMED, ErrorCode.MALFORMED)
        if (message.room, message.id) != (state.claims.room, state.claims.notice):
            return self.close(CloseCode.TOKEN, ErrorCode.NOT_ALLOWED)
        await self._host.apply_notice(message)
        self.send(NoticeAck(id=message.id))
        return None

    # --- tokens ---

    def _verified_lease(self, token: str) -> TokenLease:
        wall_s = self._host.wall_s()
        claims = self._host.verifier.join(token, now_s=wall_s)
        return token_lease(claims, now_ms=self._host.now_ms(), wall_s=wall_s)

    async def _renewed_lease(self, state: Waiting | Joined, message: Token) -> TokenLease:
        lease, current = self._verified_lease(message.token), state.lease
        if (lease.claims.sub, lease.claims.room) != (current.claims.sub, current.claims.room):
            raise TokenRefused(ErrorCode.BAD_TOKEN, "the token of another participant or room")
        await _enter(state.room, lease)
        return lease

    def _check_lease(self, state: Waiting | Joined, now_ms: float) -> None:
        lease = state.lease
        if lease.expired(now_ms=now_ms):
            self.close(CloseCode.TOKEN, ErrorCode.EXPIRED_TOKEN)
        elif lease.renewal_due(now_ms=now_ms):
            self._state = replace(state, lease=replace(lease, renewal_requested=True))
            self.send(Renew(by_ms=lease.until_ms))

    # --- pings, slow readers, leaving ---

    def _answer_ping(self, ping: Ping, received_ms: float) -> None:
        if isinstance(self._state, Pending) and not (self._state.hello_received or self._inbox):
            return self.close(CloseCode.MALFORMED, ErrorCode.MALFORMED)
        self.send_queue.offer_urgent(lambda: self._build_pong(ping, received_ms))
        return None

    def _build_pong(self, ping: Ping, received_ms: float) -> bytes:
        now_ms = self._host.now_ms()
        self._host.metrics.pong.observe((now_ms - received_ms) / 1000)
        return encode(Pong(c=ping.c, r=received_ms, s=now_ms, clk=self._host.clock_name))

    def _check_reader(self, now_ms: float) -> None:
        match self.send_queue.check_reader(now_ms=now_ms):
            case ReaderState.CAUGHT_UP if isinstance(self._state, Joined):
                self._host.metrics.resyncs += 1
                if not self._state.room.resend_missed(self, self.send_queue.sent_seq):
                    self.close(CloseCode.SLOW_READER, ErrorCode.SLOW_READER)
            case ReaderState.TOO_SLOW:
                self.close(CloseCode.SLOW_READER, ErrorCode.SLOW_READER)

    def _leave(self, *, goodbye: bool) -> None:
        state, self._state = self._state, Closed()
        match state:
            case Waiting():
                if goodbye:
                    state.room.cancel_knock(self, state.lease.request)
                else:
                    state.room.stop_waiting(self)
                self._host.release_room(state.room)
            case Joined():
                state.room.leave(self, goodbye=goodbye)
                self._host.release_room(state.room)


async def _enter(room: LiveRoom, lease: TokenLease) -> None:
    answer = await room.bus.apply(room.id, enter_change(lease.claims, ctl_ms=lease.ctl_ms))
    if isinstance(answer, Refusal):
        raise TokenRefused(answer.code, "refused by the room")
