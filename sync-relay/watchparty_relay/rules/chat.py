"""The room's log: which lines are accepted, and how posting, deleting and clearing change the entries. Pure.

`seq` has no gaps: a deleted line leaves a `deleted` entry in its place, so a client that resumes receives every number
and never the text.
"""

from collections.abc import Iterable

import regex
from msgspec.structs import replace

from watchparty_relay.protocol.messages import Ack, Chat, ChatEntry, Clear, Cleared, Delete, Deleted, LogEntry, Nack
from watchparty_relay.protocol.values import LogReason, NackCode, Resume, Role
from watchparty_relay.rules.changes import Decision, Event
from watchparty_relay.rules.permissions import can_chat, can_moderate
from watchparty_relay.rules.state import Room

MAX_CHARS = 500
MAX_LOG_ENTRIES = 256
LOG_TTL_MS = 24 * 3600 * 1000.0
_BREAKS = str.maketrans({"\t": " ", "\v": "\n", "\f": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n", "\r": ""})
"""Other separators become a space or a line feed: removing them would glue words together."""
_UNWANTED = regex.compile(r"[\p{Cc}\p{Cs}--\n]|[\u202a-\u202e\u2066-\u2069]", regex.VERSION1)
"""Control characters, lone surrogates, and overrides with which a text rewrites the line around it."""
_VISIBLE = regex.compile(
    r"[\p{Any}--\p{White_Space}--\p{Default_Ignorable_Code_Point}--\p{M}--\p{Cc}--\p{Cs}--\p{Noncharacter_Code_Point}"
    r"--[\u2800\ufff9-\ufffb\U00013441\U00013442\U0001d159]]",
    regex.VERSION1,
)
"""Anything with a shape of its own. The last set are blanks of scripts whose category says otherwise."""
_PICTOGRAPH = r"\p{Extended_Pictographic}(?:\ufe0f\u20e3?|\p{Emoji_Modifier}|[\U000e0020-\U000e007e]+\U000e007f)?"
_EMOJI = regex.compile(
    rf"(?:[0-9#*]\ufe0f?\u20e3|\p{{Regional_Indicator}}{{2}}|{_PICTOGRAPH}(?:\u200d{_PICTOGRAPH})*)\ufe0f?",
    regex.VERSION1,
)
"""An emoji sequence: Unicode Technical Standard 51, section 1.4.9. Its pictographs include code points that Unicode has
reserved, so emoji of later versions are known, too."""
_MAX_EMOJI_CHARS = 16


def clean_text(text: str) -> str:
    """Removes control characters, directional overrides and lone surrogates, and trims; "" if nothing is visible."""
    cleaned = str(_UNWANTED.sub("", text.translate(_BREAKS))).strip()
    return cleaned if _VISIBLE.search(cleaned) else ""


def is_emoji(text: str) -> bool:
    """Whether the text is one emoji with its modifiers, a flag, or a keycap, and not a word."""
    return len(text) <= _MAX_EMOJI_CHARS and _EMOJI.fullmatch(text) is not None


def post(room: Room, by: str, message: Chat, *, now_ms: float) -> Decision:
    """Appends a line to the log."""
    text = clean_text(message.text)
    refusal = _refusal(room, by, text, now_ms)
    if refusal is not None:
        return Decision(room, answer=Nack(cid=message.cid, code=refusal))
    member = room.members[by]
    entry = ChatEntry(
        id=f"{room.epoch}-{room.seq + 1}",
        seq=room.seq + 1,
        by=by,
        name=member.name,
        at_ms=now_ms,
        text=text,
        pos_s=message.pos_s,
        reply_to=message.reply_to if _find(room.log, message.reply_to) else None,
    )
    if room.settings.slow_s > 0:
        room = replace(room, members={**room.members, by: replace(member, said_ms=now_ms)})
    return _appended(room, entry, message.cid)


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


def delete(room: Room, by: str, message: Delete) -> Decision:
    """Authors can delete their own lines, moderators any. Deleting a line again gets the same answer."""
    entry = _find(room.log, message.id)
    if entry is None:
        deleted_seq = next((e.seq for e in room.log if isinstance(e, Deleted) and e.id == message.id), None)
        if deleted_seq is None:
            return Decision(room, answer=Nack(cid=message.cid, code=NackCode.OUT_OF_RANGE))
        return Decision(room, answer=Ack(cid=message.cid, seq=deleted_seq))
    if not (can_moderate(room, by) or entry.by == by):
        return Decision(room, answer=Nack(cid=message.cid, code=NackCode.NOT_ALLOWED))
    remaining = replace(room, log=tuple(_deleted_entry(e) if e is entry else e for e in room.log))
    return _appended(remaining, Deleted(seq=room.seq + 1, id=entry.id), message.cid)


def clear(room: Room, by: str, message: Clear) -> Decision:
    """Deletes every line; moderators only."""
    if not can_moderate(room, by):
        return Decision(room, answer=Nack(cid=message.cid, code=NackCode.NOT_ALLOWED))
    cleared = replace(room, log=tuple(_deleted_entry(entry) for entry in room.log))
    return _appended(cleared, Cleared(seq=room.seq + 1), message.cid)


def delete_all_of(decision: Decision, by: str) -> Decision:
    """Continues a decision that erases a participant: deletes each of their lines."""
    room, events = decision.room, decision.events
    for entry in room.log:
        if isinstance(entry, ChatEntry) and entry.by == by:
            deleted = Deleted(seq=room.seq + 1, id=entry.id)
            remaining = tuple(_deleted_entry(each) if each is entry else each for each in room.log)
            room = replace(room, seq=deleted.seq, log=(*remaining, deleted)[-MAX_LOG_ENTRIES:])
            events = (*events, deleted)
    return Decision(room, events)


def since(room: Room, resume: Resume | None, *, now_ms: float) -> tuple[list[LogEntry], LogReason | None]:
    """The entries after `resume`, for a client that joins; else the last entries, with the reason."""
    log = _without_old(room.log, now_ms)
    if resume is None:
        return list(log), LogReason.NEW
    if resume.epoch != room.epoch or resume.seq > room.seq:
        return list(log), LogReason.EPOCH
    later = [entry for entry in log if entry.seq > resume.seq]
    if len(later) < room.seq - resume.seq:
        return list(log), LogReason.GAP
    return later, None


def _appended(room: Room, entry: LogEntry, cid: str) -> Decision:
    # Old lines stay until there are too many: their age only hides them, because a wrong clock must not delete them.
    log = (*room.log, entry)[-MAX_LOG_ENTRIES:]
    event: Event = entry
    return Decision(replace(room, seq=entry.seq, log=log), events=(event,), answer=Ack(cid=cid, seq=entry.seq))


def _without_old(log: tuple[LogEntry, ...], now_ms: float) -> tuple[LogEntry, ...]:
    """The log without lines older than a day. It is in order, so the old lines are at its beginning."""
    begin = 0
    for index, entry in enumerate(log):
        if isinstance(entry, ChatEntry):
            if entry.at_ms > now_ms - LOG_TTL_MS:
                break
            begin = index + 1
    return log[begin:] if begin else log


def _find(log: Iterable[LogEntry], entry_id: str | None) -> ChatEntry | None:
    return next((e for e in log if isinstance(e, ChatEntry) and e.id == entry_id), None)


def _deleted_entry(entry: LogEntry) -> LogEntry:
    return Deleted(seq=entry.seq, id=entry.id) if isinstance(entry, ChatEntry) else entry
