"""The room's log: what may be said, and what saying, deleting and clearing make of the entries. Pure.

`seq` has no gaps: a deleted text leaves a `deleted` entry in its own place, so that whoever resumes gets every number
and never the text.
"""

import unicodedata
from collections.abc import Iterable

from msgspec.structs import replace

from watchparty_relay.changes import Decision, Event, Retract, Say, Wipe
from watchparty_relay.protocol import Ack, ChatEntry, Cleared, Deleted, LogEntry, Nack
from watchparty_relay.room import Room, can_chat, can_moderate
from watchparty_relay.vocabulary import LogReason, NackCode, Resume, Role

MAX_CHARS = 500
KEPT_ENTRIES = 256
KEPT_MS = 24 * 3600 * 1000.0
# Directional overrides let a text rewrite the line around it; line and paragraph separators break it.
_UNWANTED = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
_EMOJI_CATEGORIES = frozenset({"So", "Sk", "Mn", "Me", "Cf"})
_MAX_EMOJI_CHARS = 16


def clean_text(text: str) -> str:
    """Without control characters (line feeds stay), directional overrides and lone surrogates; trimmed."""
    kept = (c for c in text if c == "\n" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in _UNWANTED))
    return "".join(kept).strip()


def is_emoji(text: str) -> bool:
    """One pictograph with its modifiers, or a keycap: not a word, however short."""
    categories = [unicodedata.category(c) for c in text]
    drawn = "So" in categories or "Me" in categories
    allowed = _EMOJI_CATEGORIES | {"Nd", "Po"} if "Me" in categories else _EMOJI_CATEGORIES
    return drawn and len(text) <= _MAX_EMOJI_CHARS and all(category in allowed for category in categories)


def say(room: Room, asked: Say, *, now_ms: float) -> Decision:
    message = asked.message
    text = clean_text(message.text)
    refusal = _refusal(room, asked.by, text, now_ms)
    if refusal is not None:
        return Decision(room, answer=Nack(cid=message.cid, code=refusal))
    member = room.members[asked.by]
    entry = ChatEntry(
        id=f"{room.epoch}-{room.seq + 1}",
        seq=room.seq + 1,
        by=asked.by,
        name=member.name,
        at_ms=now_ms,
        text=text,
        pos_s=message.pos_s,
        reply_to=message.reply_to if _find(room.log, message.reply_to) else None,
    )
    if room.settings.slow_s > 0:
        room = replace(room, members={**room.members, asked.by: replace(member, said_ms=now_ms)})
    return _appended(room, entry, message.cid, now_ms)


def _refusal(room: Room, by: str, text: str, now_ms: float) -> NackCode | None:
    member = room.members.get(by)
    if member is None or member.role is Role.WAITING:
        return NackCode.WAITING
    if not room.settings.chat:
        return NackCode.CHAT_OFF
    if not can_chat(room, by):
        return NackCode.MUTED
    if not 0 < len(text) <= MAX_CHARS:
        return NackCode.OUT_OF_RANGE
    slow_ms = 0.0 if can_moderate(room, by) else room.settings.slow_s * 1000
    if member.said_ms is not None and now_ms < member.said_ms + slow_ms:
        return NackCode.SLOW_MODE
    return None


def retract(room: Room, asked: Retract, *, now_ms: float) -> Decision:
    """Authors delete their own lines, moderators any; deleting twice is answered like once."""
    message = asked.message
    entry = _find(room.log, message.id)
    if entry is None:
        gone = next((e.seq for e in room.log if isinstance(e, Deleted) and e.id == message.id), None)
        if gone is None:
            return Decision(room, answer=Nack(cid=message.cid, code=NackCode.OUT_OF_RANGE))
        return Decision(room, answer=Ack(cid=message.cid, seq=gone))
    if not (can_moderate(room, asked.by) or entry.by == asked.by):
        return Decision(room, answer=Nack(cid=message.cid, code=NackCode.NOT_ALLOWED))
    buried = replace(room, log=tuple(_tombstone(e) if e is entry else e for e in room.log))
    return _appended(buried, Deleted(seq=room.seq + 1, id=entry.id), message.cid, now_ms)


def wipe(room: Room, asked: Wipe, *, now_ms: float) -> Decision:
    if not can_moderate(room, asked.by):
        return Decision(room, answer=Nack(cid=asked.message.cid, code=NackCode.NOT_ALLOWED))
    buried = replace(room, log=tuple(_tombstone(entry) for entry in room.log))
    return _appended(buried, Cleared(seq=room.seq + 1), asked.message.cid, now_ms)


def since(room: Room, resume: Resume | None, *, now_ms: float) -> tuple[list[LogEntry], LogReason | None]:
    """What a newcomer is shown: what came after `resume`, or the last entries and the reason why it is not that."""
    log = _kept(room.log, now_ms)
    if resume is None:
        return list(log), LogReason.NEW
    if resume.epoch != room.epoch or resume.seq > room.seq:
        return list(log), LogReason.EPOCH
    later = [entry for entry in log if entry.seq > resume.seq]
    if len(later) < room.seq - resume.seq:
        return list(log), LogReason.GAP
    return later, None


def _appended(room: Room, entry: LogEntry, cid: str, now_ms: float) -> Decision:
    log = (*_kept(room.log, now_ms), entry)[-KEPT_ENTRIES:]
    event: Event = entry
    return Decision(replace(room, seq=entry.seq, log=log), events=(event,), answer=Ack(cid=cid, seq=entry.seq))


def _kept(log: tuple[LogEntry, ...], now_ms: float) -> tuple[LogEntry, ...]:
    """Without what is older than a day: the log is in order, so that is its beginning up to the last old line."""
    begin = 0
    for index, entry in enumerate(log):
        if isinstance(entry, ChatEntry):
            if entry.at_ms > now_ms - KEPT_MS:
                break
            begin = index + 1
    return log[begin:] if begin else log


def _find(log: Iterable[LogEntry], entry_id: str | None) -> ChatEntry | None:
    return next((e for e in log if isinstance(e, ChatEntry) and e.id == entry_id), None)


def _tombstone(entry: LogEntry) -> LogEntry:
    return Deleted(seq=entry.seq, id=entry.id) if isinstance(entry, ChatEntry) else entry
