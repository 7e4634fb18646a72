"""The log's rules: which lines are accepted, what deleting leaves behind, what a new member receives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from watchparty_relay.protocol.messages import Ack, Chat, ChatEntry, Clear, Cleared, Delete, Deleted, Nack
from watchparty_relay.protocol.notices import EraseNotice
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


def apply(before: Room, request: Request, *, now_ms: float = NOW) -> Room:
    return decide(before, request, now_ms=now_ms).room


def post(before: Room, text: str, by: str = "ana", *, now_ms: float = NOW) -> Room:
    return apply(before, Request(by, Chat("c", text)), now_ms=now_ms)


def test_a_line_carries_author_instant_and_position_in_the_film() -> None:
    """L1: everything that a client needs to show it."""
    decision = decide(room(), Request("ana", Chat("c1", " hello ", pos_s=61.5)), now_ms=NOW)
    (entry,) = decision.room.log
    assert isinstance(entry, ChatEntry)
    assert (entry.seq, entry.by, entry.name, entry.at_ms) == (1, "ana", "Ana", NOW)
    assert (entry.text, entry.pos_s) == ("hello", 61.5)
    assert decision.answer == Ack(cid="c1", seq=1)


def test_a_reply_names_a_line_that_exists() -> None:
    """L1: a reply to a line that is unknown or no longer stored becomes an ordinary line."""
    posted = post(room(), "question")
    first = posted.log[0]
    assert isinstance(first, ChatEntry)
    answered = apply(posted, Request("host", Chat("c", "answer", reply_to=first.id)))
    lost = apply(posted, Request("host", Chat("c", "answer", reply_to="nothing")))
    assert [entry.reply_to for entry in (answered.log[1], lost.log[1]) if isinstance(entry, ChatEntry)] == [
        first.id,
        None,
    ]


@pytest.mark.parametrize("text", ["", "   ", "\x00\x07", "a" * 501])
def test_empty_and_overlong_texts_are_refused(text: str) -> None:
    """L4: 1 to 500 characters must remain after cleaning."""
    answer = decide(room(), Request("ana", Chat("c", text)), now_ms=NOW).answer
    assert answer == Nack(cid="c", code=NackCode.OUT_OF_RANGE)


def test_cleaning_keeps_what_people_write_and_removes_what_deceives_readers() -> None:
    """L4, S14: removes controls, directional overrides and separators; keeps line feeds, accents and emoji families."""
    assert chat.clean_text("a\x00b\x1b[31mc\u202ed\u2028e\ud800f") == "ab[31mcd\nef"
    assert chat.clean_text("first\nsecond\té 👨‍👩‍👧 مرحبا") == "first\nsecond é 👨‍👩‍👧 مرحبا"


@given(st.text())
def test_cleaning_is_idempotent(text: str) -> None:
    """L4: a cleaned text stays as it is, and can be sent as UTF-8."""
    cleaned = chat.clean_text(text)
    assert chat.clean_text(cleaned) == cleaned
    cleaned.encode()


@pytest.mark.parametrize(
    "text",
    [
        *("\u200b", "\u200c\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u061c", "\u180e", "\ufe0f", "\U000e0041"),
        *("\u2800", "\u3164", "\u115f\u1160", "\uffa0", "\u17b4", "\u0301", "\U0001d159", "\U00013441", "\ufff9"),
        *(" \u2003\u3000\n\t", "\u200e \u200f", "\u202e", "\x00", "\ufdd0", ""),
    ],
)
def test_a_line_that_shows_nothing_is_empty(text: str) -> None:
    """L4: whatever its characters are called, nobody could see it."""
    assert chat.clean_text(text) == chat.clean_text(f" {text} {text}\n") == ""
    assert chat.clean_text(f"{text}a") != ""


@pytest.mark.parametrize("text", ["\U0001fae9", "\U0001fadd", "\u0600", "\ue000", "א", "ة", "的", "a\u0301", "\u00b4"])
def test_a_line_that_shows_something_is_kept(text: str) -> None:
    """L4: also characters newer than Python's tables."""
    assert chat.clean_text(text) == text


@pytest.mark.parametrize(
    "emoji",
    [
        *("🎉", "❤️", "❤", "👍🏽", "👨‍👩‍👧", "🇫🇷", "1️⃣", "#️⃣", "☕", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏳️‍🌈", "👩🏽‍❤️‍💋‍👨🏿", "🧑‍🚀", "🐻‍❄️"),
        *("‼️", "⁉️", "↔️", "ℹ️", "〰️", "⤴️", "™️", "㊙️", "©️", "🅰️", "▶️", "↩️", "⏏️", "Ⓜ️", "🈂️", "🀄", "〽️"),
        *("🫨", "🩷", "🫎", "🪿", "🐦‍🔥", "🍋‍🟩", "⛓️‍💥", "🙂‍↔️", "🫩", "🫆", "🪾", "🫜", "\U0001facf"),
    ],
)
def test_a_reaction_is_an_emoji(emoji: str) -> None:
    """L4: including skin tones, families, flags and keycaps."""
    assert chat.is_emoji(emoji)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "hi",
        "<b>",
        "🎉a",
        "12",
        "1",
        "#",
        " ",
        "🎉" * 20,
        "🎉🎉",
        "\u200d",
        "é",
        "🎉\u200d",
        "\ufe0f",
        "🇫",
        "²",
    ],
)
def test_a_reaction_is_not_a_text(text: str) -> None:
    """L4, S10: nothing that could carry a message of its own is sent to everyone."""
    assert not chat.is_emoji(text)


def test_slow_mode_applies_to_viewers_and_deleting_does_not_reset_it() -> None:
    """A2: one line per interval, even if the last one was deleted."""
    posted = post(room(slow_s=10), "one")
    entry = posted.log[0]
    assert isinstance(entry, ChatEntry)
    deleted = apply(posted, Request("ana", Delete("c2", entry.id)))
    early = decide(deleted, Request("ana", Chat("c3", "two")), now_ms=NOW + 9_999).answer
    assert early == Nack(cid="c3", code=NackCode.SLOW_MODE)
    assert isinstance(decide(deleted, Request("ana", Chat("c4", "two")), now_ms=NOW + 10_000).answer, Ack)
    twice = post(post(room(slow_s=10), "one", "host"), "two", "host")
    assert twice.seq == 2


def test_a_deleted_line_leaves_its_number_and_not_its_text() -> None:
    """L3: members who join later receive `deleted` in its place."""
    posted = post(post(room(), "secret"), "fine")
    entry = posted.log[0]
    assert isinstance(entry, ChatEntry)
    deleted = apply(posted, Request("ana", Delete("c", entry.id)))
    assert deleted.log[0] == Deleted(seq=1, id=entry.id)
    assert deleted.log[2] == Deleted(seq=3, id=entry.id)
    assert [e.seq for e in deleted.log] == [1, 2, 3]
    again = decide(deleted, Request("host", Delete("d", entry.id)), now_ms=NOW)
    assert (again.events, again.answer) == ((), Ack(cid="d", seq=1))
    nothing = decide(deleted, Request("host", Delete("e", "no such line")), now_ms=NOW).answer
    assert nothing == Nack(cid="e", code=NackCode.OUT_OF_RANGE)


def test_clearing_leaves_numbers_only() -> None:
    """L3: no earlier text is sent to anyone."""
    cleared = apply(post(post(room(), "one"), "two"), Request("host", Clear("c")))
    assert [type(entry) for entry in cleared.log] == [Deleted, Deleted, Cleared]
    assert [entry.seq for entry in cleared.log] == [1, 2, 3]


def test_resume_returns_the_later_entries() -> None:
    """L2: all of them, including deletions of earlier lines."""
    posted = post(post(post(room(), "one"), "two"), "three")
    later, reason = chat.since(posted, Resume(posted.epoch, 1), now_ms=NOW)
    assert ([entry.seq for entry in later], reason) == ([2, 3], None)
    nothing, reason = chat.since(posted, Resume(posted.epoch, 3), now_ms=NOW)
    assert (nothing, reason) == ([], None)


def test_an_incomplete_resume_states_the_reason() -> None:
    """L2: new, epoch or gap; then all stored entries are sent."""
    long = room()
    for number in range(chat.MAX_LOG_ENTRIES + 10):
        long = post(long, f"line {number}")
    assert [e.seq for e in long.log] == list(range(11, chat.MAX_LOG_ENTRIES + 11))
    for resume, reason in [
        (None, LogReason.NEW),
        (Resume(long.epoch, 5), LogReason.GAP),
        (Resume(long.epoch - 1, 5), LogReason.EPOCH),
        (Resume(long.epoch, 999_999), LogReason.EPOCH),
    ]:
        entries, given_reason = chat.since(long, resume, now_ms=NOW)
        assert (len(entries), given_reason) == (chat.MAX_LOG_ENTRIES, reason)


def test_lines_expire_after_a_day() -> None:
    """L1: a client that resumes from before then receives the reason `gap`. A wrong clock only hides the lines."""
    old = post(room(), "yesterday")
    fresh = post(old, "today", now_ms=NOW + chat.LOG_TTL_MS + 1)
    entries, reason = chat.since(fresh, Resume(fresh.epoch, 0), now_ms=NOW + chat.LOG_TTL_MS + 1)
    assert ([entry.seq for entry in entries], reason) == ([2], LogReason.GAP)
    assert chat.since(old, None, now_ms=NOW + chat.LOG_TTL_MS + 1) == ([], LogReason.NEW)
    assert [entry.seq for entry in chat.since(fresh, None, now_ms=NOW + 1)[0]] == [1, 2]


ACTION = st.sampled_from(["post", "delete", "clear"])


@given(st.lists(st.tuples(ACTION, st.integers(0, 20)), max_size=60), st.integers(0, 60))
def test_a_resumed_log_equals_an_uninterrupted_one(actions: list[tuple[str, int]], left_at: int) -> None:
    """L1, L2, L3: no number is missing or duplicated, whatever was posted, deleted and cleared in between."""
    now, seen = room(), 0
    for index, (action, number) in enumerate(actions):
        if index == left_at:
            seen = now.seq
        ids = [entry.id for entry in now.log if isinstance(entry, ChatEntry)]
        match action:
            case "post":
                now = post(now, f"line {index}")
            case "delete" if ids:
                now = apply(now, Request("host", Delete("d", ids[number % len(ids)])))
            case "clear":
                now = apply(now, Request("host", Clear("w")))
    entries, reason = chat.since(now, Resume(now.epoch, seen), now_ms=NOW)
    assert reason is None
    assert [entry.seq for entry in entries] == list(range(seen + 1, now.seq + 1))


def erase(before: Room, *, mver: int = 2) -> Room:
    notice = EraseNotice(id="n", room="room", participant_id="ana", mver=mver)
    return decide(before, notice, now_ms=NOW).room


def test_erasing_a_participant_deletes_their_lines_and_no_others() -> None:
    """M7: each line is followed by `deleted`, as if its author had deleted it; seq has no gap."""
    before = post(post(post(room(), "one"), "host's", "host"), "two")
    notice = EraseNotice(id="n", room="room", participant_id="ana", mver=2)
    decision = decide(before, notice, now_ms=NOW)
    assert [entry.seq for entry in decision.room.log] == [1, 2, 3, 4, 5]
    assert [entry.text for entry in decision.room.log if isinstance(entry, ChatEntry)] == ["host's"]
    mine = [entry.id for entry in before.log if isinstance(entry, ChatEntry) and entry.by == "ana"]
    assert [event.id for event in decision.events if isinstance(event, Deleted)] == mine


def test_an_erased_participant_has_no_name_and_no_access() -> None:
    """M7: the record stays without a name, so that an older token is still refused."""
    erased = erase(room())
    assert (erased.members["ana"].name, erased.members["ana"].removed, erased.members["ana"].mver) == ("", True, 2)
    assert decide(erased, EraseNotice(id="n", room="room", participant_id="ana", mver=2), now_ms=NOW).events == ()


def test_a_full_log_can_be_erased() -> None:
    """With 256 lines of one participant the log ends with its last deletions and stays within its limit."""
    full = room()
    for number in range(chat.MAX_LOG_ENTRIES):
        full = post(full, f"line {number}")
    erased = erase(full)
    assert len(erased.log) == chat.MAX_LOG_ENTRIES
    assert erased.seq == 2 * chat.MAX_LOG_ENTRIES
    assert not [entry for entry in erased.log if isinstance(entry, ChatEntry)]
