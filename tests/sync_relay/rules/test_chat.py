"""The log's rules: what may be said, what deleting leaves behind, what a newcomer is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from watchparty_relay.protocol.messages import Ack, Chat, ChatEntry, Clear, Cleared, Delete, Deleted, Nack
from watchparty_relay.protocol.values import Control, LogReason, NackCode, Resume, Role, Settings, Wait
from watchparty_relay.rules import chat
from watchparty_relay.rules.changes import Request
from watchparty_relay.rules.decide import decide
from watchparty_relay.rules.state import Member, Room, new_room

NOW = 1_000_000.0
HOST = Member(mver=1, role=Role.HOST, name="Hanna", seen_ms=NOW)
ANA = Member(mver=1, role=Role.VIEWER, name="Ana", seen_ms=NOW)


def room(*, slow_s: float = 0.0) -> Room:
    rules = Settings(rev=1, control=Control.HOST, chat=True, wait=Wait(), slow_s=slow_s, capacity=9)
    return replace(new_room("room", now_ms=NOW), settings=rules, members={"host": HOST, "ana": ANA})


def take(before: Room, asked: Request, *, now_ms: float = NOW) -> Room:
    return decide(before, asked, now_ms=now_ms).room


def said(before: Room, text: str, by: str = "ana", *, now_ms: float = NOW) -> Room:
    return take(before, Request(by, Chat("c", text)), now_ms=now_ms)


def test_a_line_carries_author_instant_and_place_in_the_film() -> None:
    """L1: everything that a newcomer needs to show it."""
    decision = decide(room(), Request("ana", Chat("c1", " hello ", pos_s=61.5)), now_ms=NOW)
    (entry,) = decision.room.log
    assert isinstance(entry, ChatEntry)
    assert (entry.seq, entry.by, entry.name, entry.at_ms) == (1, "ana", "Ana", NOW)
    assert (entry.text, entry.pos_s) == ("hello", 61.5)
    assert decision.answer == Ack(cid="c1", seq=1)


def test_a_reply_names_a_line_that_is_there() -> None:
    """L1: a reply to what is not (or no longer) known is a line by itself."""
    spoken = said(room(), "question")
    first = spoken.log[0]
    assert isinstance(first, ChatEntry)
    answered = take(spoken, Request("host", Chat("c", "answer", reply_to=first.id)))
    lost = take(spoken, Request("host", Chat("c", "answer", reply_to="nothing")))
    assert [entry.reply_to for entry in (answered.log[1], lost.log[1]) if isinstance(entry, ChatEntry)] == [
        first.id,
        None,
    ]


@pytest.mark.parametrize("text", ["", "   ", "\x00\x07", "a" * 501])
def test_nothing_and_too_much_are_refused(text: str) -> None:
    """L4: 1 to 500 characters of what is left."""
    answer = decide(room(), Request("ana", Chat("c", text)), now_ms=NOW).answer
    assert answer == Nack(cid="c", code=NackCode.OUT_OF_RANGE)


def test_texts_keep_what_people_write_and_lose_what_tricks_the_reader() -> None:
    """L4, S14: controls, directional overrides and separators go; line feeds, accents and emoji families stay."""
    assert chat.clean_text("a\x00b\x1b[31mc\u202ed\u2028e\ud800f") == "ab[31mcdef"
    assert chat.clean_text("first\nsecond\té 👨‍👩‍👧 مرحبا") == "first\nsecondé 👨‍👩‍👧 مرحبا"


@given(st.text())
def test_cleaning_is_final(text: str) -> None:
    """L4: what was cleaned stays as it is, and can be sent as UTF-8."""
    cleaned = chat.clean_text(text)
    assert chat.clean_text(cleaned) == cleaned
    cleaned.encode()


@pytest.mark.parametrize("emoji", ["🎉", "❤️", "👍🏽", "👨‍👩‍👧", "🇫🇷", "1️⃣", "☕", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_a_reaction_is_an_emoji(emoji: str) -> None:
    """L4: with skin, family, flag and keycap."""
    assert chat.is_emoji(emoji)


@pytest.mark.parametrize("text", ["", "a", "hi", "<b>", "🎉a", "12", " ", "🎉" * 20, "\u200d", "é"])
def test_a_reaction_is_not_a_text(text: str) -> None:
    """L4, S10: nothing that could say something of its own is passed to everybody."""
    assert not chat.is_emoji(text)


def test_slow_mode_is_for_viewers_and_cannot_be_deleted_away() -> None:
    """A2: one line each so many seconds, also when the last one was taken back."""
    spoken = said(room(slow_s=10), "one")
    entry = spoken.log[0]
    assert isinstance(entry, ChatEntry)
    buried = take(spoken, Request("ana", Delete("c2", entry.id)))
    early = decide(buried, Request("ana", Chat("c3", "two")), now_ms=NOW + 9_999).answer
    assert early == Nack(cid="c3", code=NackCode.SLOW_MODE)
    assert isinstance(decide(buried, Request("ana", Chat("c4", "two")), now_ms=NOW + 10_000).answer, Ack)
    twice = said(said(room(slow_s=10), "one", "host"), "two", "host")
    assert twice.seq == 2


def test_a_deleted_line_leaves_its_number_and_not_its_text() -> None:
    """L3: in its place stands `deleted`, for everybody who comes later."""
    spoken = said(said(room(), "secret"), "fine")
    entry = spoken.log[0]
    assert isinstance(entry, ChatEntry)
    buried = take(spoken, Request("ana", Delete("c", entry.id)))
    assert buried.log[0] == Deleted(seq=1, id=entry.id)
    assert buried.log[2] == Deleted(seq=3, id=entry.id)
    assert [e.seq for e in buried.log] == [1, 2, 3]
    again = decide(buried, Request("host", Delete("d", entry.id)), now_ms=NOW)
    assert (again.events, again.answer) == ((), Ack(cid="d", seq=1))
    nothing = decide(buried, Request("host", Delete("e", "no such line")), now_ms=NOW).answer
    assert nothing == Nack(cid="e", code=NackCode.OUT_OF_RANGE)


def test_clearing_leaves_numbers_only() -> None:
    """L3: no text of before is served to anybody."""
    cleared = take(said(said(room(), "one"), "two"), Request("host", Clear("c")))
    assert [type(entry) for entry in cleared.log] == [Deleted, Deleted, Cleared]
    assert [entry.seq for entry in cleared.log] == [1, 2, 3]


def test_resume_gives_what_came_after() -> None:
    """L2: complete, with what happened to lines that were there before."""
    spoken = said(said(said(room(), "one"), "two"), "three")
    later, reason = chat.since(spoken, Resume(spoken.epoch, 1), now_ms=NOW)
    assert ([entry.seq for entry in later], reason) == ([2, 3], None)
    nothing, reason = chat.since(spoken, Resume(spoken.epoch, 3), now_ms=NOW)
    assert (nothing, reason) == ([], None)


def test_resume_of_another_epoch_or_too_long_ago_says_why_it_is_not_complete() -> None:
    """L2: new, epoch or gap; then it is all that is kept."""
    long = room()
    for number in range(chat.MAX_LOG_ENTRIES + 10):
        long = said(long, f"line {number}")
    assert [e.seq for e in long.log] == list(range(11, chat.MAX_LOG_ENTRIES + 11))
    for resume, reason in [
        (None, LogReason.NEW),
        (Resume(long.epoch, 5), LogReason.GAP),
        (Resume(long.epoch - 1, 5), LogReason.EPOCH),
        (Resume(long.epoch, 999_999), LogReason.EPOCH),
    ]:
        entries, said_reason = chat.since(long, resume, now_ms=NOW)
        assert (len(entries), said_reason) == (chat.MAX_LOG_ENTRIES, reason)


def test_lines_of_yesterday_are_not_kept() -> None:
    """L1: 24 hours; who resumes from before is told of the gap."""
    old = said(room(), "yesterday")
    fresh = said(old, "today", now_ms=NOW + chat.LOG_TTL_MS + 1)
    assert [entry.seq for entry in fresh.log] == [2]
    entries, reason = chat.since(fresh, Resume(fresh.epoch, 0), now_ms=NOW + chat.LOG_TTL_MS + 1)
    assert ([entry.seq for entry in entries], reason) == ([2], LogReason.GAP)
    assert chat.since(old, None, now_ms=NOW + chat.LOG_TTL_MS + 1) == ([], LogReason.NEW)


DEED = st.sampled_from(["say", "delete", "clear"])


@given(st.lists(st.tuples(DEED, st.integers(0, 20)), max_size=60), st.integers(0, 60))
def test_whoever_resumes_ends_with_the_same_log_as_who_stayed(deeds: list[tuple[str, int]], left_at: int) -> None:
    """L1, L2, L3: no number is missing or doubled, whatever was said, deleted and cleared meanwhile."""
    now, seen = room(), 0
    for index, (deed, number) in enumerate(deeds):
        if index == left_at:
            seen = now.seq
        ids = [entry.id for entry in now.log if isinstance(entry, ChatEntry)]
        match deed:
            case "say":
                now = said(now, f"line {index}")
            case "delete" if ids:
                now = take(now, Request("host", Delete("d", ids[number % len(ids)])))
            case "clear":
                now = take(now, Request("host", Clear("w")))
    entries, reason = chat.since(now, Resume(now.epoch, seen), now_ms=NOW)
    assert reason is None
    assert [entry.seq for entry in entries] == list(range(seen + 1, now.seq + 1))
