"""What was answered is answered again, for ten minutes and 64 commands each."""

from msgspec.structs import replace

from watchparty_relay.protocol.messages import Ack, Chat, ChatEntry, Deleted
from watchparty_relay.rules.changes import Request
from watchparty_relay.rules.idempotency import (
    ANSWER_TTL_MS,
    ANSWERS_PER_MEMBER,
    MEMBERS_BEFORE_PRUNING,
    AnswerCache,
    still_valid,
)
from watchparty_relay.rules.state import new_room

NOW = 1_000_000.0


def test_an_answer_is_found_by_its_participant_and_cid() -> None:
    """O2: and by nobody else's."""
    answers = AnswerCache()
    answers.store("ana", "c1", Ack("c1", rev=1), now_ms=NOW)
    assert answers.find("ana", "c1", now_ms=NOW) == Ack("c1", rev=1)
    assert answers.find("bob", "c1", now_ms=NOW) is None
    assert answers.find("ana", "c2", now_ms=NOW) is None


def test_answers_are_kept_for_ten_minutes() -> None:
    """O2."""
    answers = AnswerCache()
    answers.store("ana", "c1", Ack("c1"), now_ms=NOW)
    assert answers.find("ana", "c1", now_ms=NOW + ANSWER_TTL_MS - 1) is not None
    assert answers.find("ana", "c1", now_ms=NOW + ANSWER_TTL_MS) is None


def test_the_last_64_of_each_are_kept() -> None:
    """O2: one person's flood does not push out another's."""
    answers = AnswerCache()
    answers.store("bob", "b", Ack("b"), now_ms=NOW)
    for number in range(ANSWERS_PER_MEMBER + 1):
        answers.store("ana", f"c{number}", Ack(f"c{number}"), now_ms=NOW)
    assert answers.find("ana", "c0", now_ms=NOW) is None
    assert answers.find("ana", "c1", now_ms=NOW) is not None
    assert answers.find("bob", "b", now_ms=NOW) is not None


def test_an_answer_can_be_taken_back() -> None:
    """O4: what did not become durable was not answered."""
    answers = AnswerCache()
    answers.store("ana", "c1", Ack("c1"), now_ms=NOW)
    answers.forget("ana", "c1")
    answers.forget("eve", "c1")
    assert answers.find("ana", "c1", now_ms=NOW) is None


def test_people_who_are_long_silent_cost_nothing() -> None:
    """O2: a room that thousands pass through keeps the last ten minutes of them."""
    answers = AnswerCache()
    for number in range(3 * MEMBERS_BEFORE_PRUNING):
        answers.store(f"p{number}", "c", Ack("c"), now_ms=NOW + number * 2 * ANSWER_TTL_MS / MEMBERS_BEFORE_PRUNING)
    assert len(answers) <= MEMBERS_BEFORE_PRUNING


def test_an_answer_stands_while_its_line_does() -> None:
    """L1: where an epoch was lost with a line, the answer that outlived it is not given again."""
    asked, answer = Request("ana", Chat("c1", " hello ")), Ack("c1", seq=2)
    mine = ChatEntry(id="1-2", seq=2, by="ana", name="Ana", at_ms=NOW, text="hello", pos_s=0.0)
    room = replace(new_room("room", now_ms=NOW), seq=2)
    assert still_valid(replace(room, log=(mine,)), asked, answer)
    assert still_valid(replace(room, log=(Deleted(seq=2, id="1-2"),)), asked, answer)
    assert still_valid(replace(room, seq=400), asked, answer)
    assert not still_valid(replace(room, seq=1), asked, answer)
    assert not still_valid(replace(room, log=(replace(mine, by="bob"),)), asked, answer)
    assert not still_valid(replace(room, log=(replace(mine, text="another"),)), asked, answer)
