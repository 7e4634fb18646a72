"""One connection's conversation: before its hello, before the door, in the room, or a function handing in a notice.

It reads text, keeps its own state as one of five, and speaks through an outbox; it never sees a socket. What it asks
of rooms goes through `requests.py`; the process around it is its `Reception`.
"""

import asyncio
import logging
import math
import random
import secrets
from collections import deque

import msgspec
from msgspec.structs import replace

from watchparty_relay import requests
from watchparty_relay.changes import Refusal
from watchparty_relay.eager import run_eagerly
from watchparty_relay.errors import BusUnavailable, TokenRefused
from watchparty_relay.flood import Allowance, too_large
from watchparty_relay.join_token import MAX_NOTICE_LIFE_S, entering
from watchparty_relay.live_room import LiveRoom
from watchparty_relay.outbox import Outbox, Reading
from watchparty_relay.protocol import (
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
    Notice,
    NoticeAck,
    Ping,
    Pong,
    React,
    Renew,
    Report,
    Token,
    Typing,
)
from watchparty_relay.reception import Reception
from watchparty_relay.session_state import Closed, Joined, Noticing, Pending, State, Waiting
from watchparty_relay.ticket import Ticket, ticket
from watchparty_relay.transport.port import Channel
from watchparty_relay.vocabulary import CloseCode, ErrorCode, NackCode, Resume, Role
from watchparty_relay.wire import Frames, Incoming, Outgoing, Text, decode, encode

log = logging.getLogger(__name__)

HELLO_WITHIN_MS = 10_000.0
LOOK_EVERY_MS = 5_000.0
# Cloud Run ends a request after sixty minutes, and a socket is one; people who came together do not go together.
ROTATE_AFTER_MS = (50 * 60_000.0, 58 * 60_000.0)
ROTATE_WITHIN_MS = 30_000.0
MAX_INBOX = 128

CLOSE_FOR = {
    ErrorCode.BAD_TOKEN: CloseCode.TOKEN,
    ErrorCode.EXPIRED_TOKEN: CloseCode.TOKEN,
    ErrorCode.STALE_TOKEN: CloseCode.TOKEN,
    ErrorCode.REMOVED: CloseCode.REMOVED,
    ErrorCode.CLOSED: CloseCode.CLOSED,
}


class Session:
    def __init__(self, channel: Channel, reception: Reception) -> None:
        now_ms = reception.now_ms()
        self.connection_id = secrets.token_urlsafe(9)
        self.participant_id = ""
        self._reception = reception
        self.outbox = Outbox(channel)
        self._state: State = Pending(until_ms=now_ms + HELLO_WITHIN_MS)
        self._allowance = Allowance(reception.limits.messages_per_10s)
        self._inbox: deque[Incoming] = deque()
        self._busy = False
        self._working: asyncio.Task[None] | None = None  # held, so that nobody collects it
        self._moving = False
        self.look_ms = now_ms
        self._rotate_ms = now_ms + random.uniform(*ROTATE_AFTER_MS) if reception.rotates else math.inf  # noqa: S311

    # --- what the transport calls ---

    def receive(self, text: str | bytes) -> None:
        """One text frame arrived. A ping is answered before anything else is done."""
        now_ms = self._reception.now_ms()
        if isinstance(self._state, Closed):
            return None
        if too_large(text):
            return self.end(CloseCode.TOO_LARGE, ErrorCode.TOO_LARGE)
        if not self._allowance.take(now_ms=now_ms) or len(self._inbox) >= MAX_INBOX:
            return self.end(CloseCode.TOO_FAST, ErrorCode.TOO_FAST)
        try:
            message = decode(text)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return self.end(CloseCode.MALFORMED, ErrorCode.MALFORMED)
        if isinstance(message, Ping):
            return self._pong(message, now_ms)
        self._reception.metrics.received[type(message).__name__] += 1
        self._inbox.append(message)
        if not self._busy:
            self._busy = True
            # A hello opens rooms, which may need a task from the start.
            begin = run_eagerly if isinstance(self._state, Joined) else asyncio.create_task
            self._working = begin(self._work())
        return None

    def receive_binary(self) -> None:
        self.end(CloseCode.MALFORMED, ErrorCode.MALFORMED)

    def lost(self) -> None:
        """The connection is gone."""
        self._leave(goodbye=False)

    def tick(self, now_ms: float) -> None:
        """Time passed: the reader may be slow; and, when `look_ms` has come, the hello late, the token old."""
        if self.outbox.behind:
            self._check_reader(now_ms)
        if now_ms < self.look_ms:
            return
        state = self._state
        self.look_ms = now_ms + LOOK_EVERY_MS
        if isinstance(state, Pending | Noticing):
            self.look_ms = min(self.look_ms, state.until_ms)
        if now_ms > self._rotate_ms:
            self._rotate(now_ms)
        match state:
            case Pending() if now_ms > state.until_ms:
                self.end(CloseCode.HELLO_TIMEOUT, ErrorCode.HELLO_TIMEOUT)
            case Noticing() if now_ms > state.until_ms:
                self.end(CloseCode.TOKEN, ErrorCode.EXPIRED_TOKEN)
            case Waiting() | Joined():
                self._check_ticket(state, now_ms)

    def move(self, *, within_ms: float) -> None:
        """Asks the client, once, to open another connection before this one closes."""
        if not isinstance(self._state, Closed) and not self._moving:
            self._moving = True
            self.tell(Moved(within_ms=within_ms))

    def drain(self, *, within_ms: float) -> None:
        """The process ends: asks the client to come back elsewhere, and closes."""
        self.move(within_ms=within_ms)
        self.end(CloseCode.DRAINING, ErrorCode.DRAINING)

    def _rotate(self, now_ms: float) -> None:
        """Asks for a new connection; closes this one where none came."""
        if now_ms > self._rotate_ms + 2 * ROTATE_WITHIN_MS:
            self.end(CloseCode.DRAINING, ErrorCode.DRAINING)
        else:
            self.move(within_ms=ROTATE_WITHIN_MS)

    # --- what rooms call ---

    def end(self, code: CloseCode, error: ErrorCode | None = None) -> None:
        if isinstance(self._state, Closed):
            return
        if error is not None:
            self.tell(ErrorMessage(error, fatal=True))
        if isinstance(self._state, Waiting | Joined):
            self._state.live.flush(self)
        self._reception.metrics.closed[int(code)] += 1
        self.outbox.close(code)
        self._leave(goodbye=code is CloseCode.BYE)

    def tell(self, message: Outgoing) -> None:
        """To this connection alone; in a room, in order with what everybody there is told."""
        if isinstance(self._state, Waiting | Joined):
            self._state.live.tell(self, message)
        else:
            self.outbox.offer(Frames([Text(encode(message))]))

    # --- the conversation ---

    async def _work(self) -> None:
        """Messages of one connection are handled one after the other, in the order in which they came."""
        try:
            while self._inbox and not isinstance(self._state, Closed):
                await self._handle(self._inbox.popleft())
        except TokenRefused as refused:
            self.end(CLOSE_FOR[refused.code], refused.code)
        except BusUnavailable:
            self.end(CloseCode.DRAINING, ErrorCode.DRAINING)
        except Exception:  # a fault of ours: better to come back than to sit in a room that does not answer
            log.exception("a session failed")
            self.end(CloseCode.DRAINING, ErrorCode.DRAINING)
        finally:
            self._busy = False

    async def _handle(self, message: Incoming) -> None:
        match self._state:
            case Joined() as state:
                await self._handle_joined(state, message)
            case Pending():
                await self._greet(message)
            case Waiting() as state:
                await self._handle_waiting(state, message)
            case Noticing() as state:
                await self._handle_notice(state, message)

    async def _greet(self, message: Incoming) -> None:
        if not isinstance(message, Hello):
            return self.end(CloseCode.MALFORMED, ErrorCode.MALFORMED)
        if message.v != PROTOCOL_VERSION:
            return self.end(CloseCode.VERSION, ErrorCode.VERSION)
        self._state = Pending(until_ms=self._reception.now_ms() + HELLO_WITHIN_MS, greeted=True)
        if self._reception.verifier.is_notice(message.token):
            claims = self._reception.verifier.notice(message.token, now_s=self._reception.wall_s())
            self._state = Noticing(claims, until_ms=self._reception.now_ms() + MAX_NOTICE_LIFE_S * 1000)
            return None
        held = self._ticket(message.token)
        self.participant_id = held.claims.sub
        live = await self._reception.enter_room(held.claims.room)
        try:
            await self._enter(live, held)
        except (TokenRefused, BusUnavailable):
            self._reception.leave_room(live)
            raise
        if isinstance(self._state, Closed):  # the connection was lost meanwhile
            return self._reception.leave_room(live)
        if held.claims.role is Role.WAITING:
            self._state = Waiting(live, held)
            self.tell(live.knock(self, held.request))
            return None
        return self._join(live, held, resume=message.resume, replaces=message.replaces)

    def _join(self, live: LiveRoom, held: Ticket, *, resume: Resume | None, replaces: str | None) -> None:
        self._state = Joined(live, held)
        if live.full_for(self.participant_id):
            return self.end(CloseCode.FULL, ErrorCode.FULL)
        welcome = live.welcome(self, resume)
        self.outbox.sent_seq = welcome.seq
        self.tell(welcome)
        live.welcomed(self, replaces)
        return None

    async def _handle_waiting(self, state: Waiting, message: Incoming) -> None:
        match message:
            case Bye():
                self.end(CloseCode.BYE)
            case Token():
                held = await self._renewed(state, message)
                if isinstance(self._state, Closed):
                    return
                if held.claims.role is Role.WAITING:
                    self._state = Waiting(state.live, held)
                    return
                state.live.step_aside(self)
                self._join(state.live, held, resume=None, replaces=None)
            case Command() | Chat() | Delete() | Clear():
                self.tell(Nack(cid=message.cid, code=NackCode.WAITING))
            case _:
                self.tell(ErrorMessage(ErrorCode.WAITING, fatal=False))

    async def _handle_joined(self, state: Joined, message: Incoming) -> None:
        match message:
            case Command() | Chat() | Delete() | Clear():
                self.tell(await requests.ask(state.live, self, message))
            case React() | Typing() | Report():
                refusal = requests.say(state.live, self, message)
                if refusal is not None:
                    self.tell(refusal)
            case Token():
                held = await self._renewed(state, message)
                if held.claims.role is Role.WAITING:
                    self.end(CloseCode.TOKEN, ErrorCode.BAD_TOKEN)
                elif isinstance(self._state, Joined):
                    self._state = Joined(state.live, held)
            case Bye():
                self.end(CloseCode.BYE)
            case _:
                self.end(CloseCode.MALFORMED, ErrorCode.MALFORMED)

    async def _handle_notice(self, state: Noticing, message: Incoming) -> None:
        if isinstance(message, Bye):
            return self.end(CloseCode.BYE)
        if not isinstance(message, Notice):
            return self.end(CloseCode.MALFORMED, ErrorCode.MALFORMED)
        if (message.room, message.id) != (state.claims.room, state.claims.notice):
            return self.end(CloseCode.TOKEN, ErrorCode.NOT_ALLOWED)
        await self._reception.take_notice(message)
        self.tell(NoticeAck(id=message.id))
        return None

    # --- tokens ---

    def _ticket(self, token: str) -> Ticket:
        wall_s = self._reception.wall_s()
        claims = self._reception.verifier.join(token, now_s=wall_s)
        return ticket(claims, now_ms=self._reception.now_ms(), wall_s=wall_s)

    async def _renewed(self, state: Waiting | Joined, message: Token) -> Ticket:
        held, mine = self._ticket(message.token), state.ticket.claims
        if (held.claims.sub, held.claims.room) != (mine.sub, mine.room):
            raise TokenRefused(ErrorCode.BAD_TOKEN, "another person's or another room's token")
        await self._enter(state.live, held)
        return held

    async def _enter(self, live: LiveRoom, held: Ticket) -> None:
        answer = await live.enter(entering(held.claims))
        if isinstance(answer, Refusal):
            raise TokenRefused(answer.code, "not now")

    def _check_ticket(self, state: Waiting | Joined, now_ms: float) -> None:
        held = state.ticket
        if held.over(now_ms=now_ms):
            self.end(CloseCode.TOKEN, ErrorCode.EXPIRED_TOKEN)
        elif held.renewal_due(now_ms=now_ms):
            self._state = replace(state, ticket=replace(held, renewal_told=True))
            self.tell(Renew(by_ms=held.until_ms))

    # --- the rest ---

    def _pong(self, ping: Ping, received_ms: float) -> None:
        if isinstance(self._state, Pending) and not (self._state.greeted or self._inbox):
            return self.end(CloseCode.MALFORMED, ErrorCode.MALFORMED)
        self.outbox.offer_first(lambda: self._built_pong(ping, received_ms))
        return None

    def _built_pong(self, ping: Ping, received_ms: float) -> bytes:
        now_ms = self._reception.now_ms()
        self._reception.metrics.pong.observe((now_ms - received_ms) / 1000)
        return encode(Pong(c=ping.c, r=received_ms, s=now_ms, clk=self._reception.clock_name))

    def _check_reader(self, now_ms: float) -> None:
        match self.outbox.reading(now_ms=now_ms):
            case Reading.CAUGHT_UP if isinstance(self._state, Joined):
                self._reception.metrics.resyncs += 1
                if not self._state.live.catch_up(self, self.outbox.sent_seq):
                    self.end(CloseCode.SLOW_READER, ErrorCode.SLOW_READER)
            case Reading.TOO_SLOW:
                self.end(CloseCode.SLOW_READER, ErrorCode.SLOW_READER)

    def _leave(self, *, goodbye: bool) -> None:
        state, self._state = self._state, Closed()
        match state:
            case Waiting():
                if goodbye:
                    state.live.withdraw(self, state.ticket.request)
                else:
                    state.live.step_aside(self)
                self._reception.leave_room(state.live)
            case Joined():
                state.live.depart(self, goodbye=goodbye)
                self._reception.leave_room(state.live)
