"""A repeated request gets its earlier answer, for ten minutes and 64 requests per member."""

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
    """O2: and not by anyone else's."""
    answers = AnswerCache()
    answers.store("ana", "c1", Ack("c1", rev=1), now_ms=NOW)
    assert answers.find("ana", "c1", now_ms=NOW) == Ack("c1", rev=1)
    assert answers.find("bob", "c1", now_ms=NOW) is None
    assert answers.find("ana", "c2", now_ms=NOW) is None


def test_answers_are_stored_for_ten_minutes() -> None:
    """O2: after that the request is decided again."""
    answers = AnswerCache()
    answers.store("ana", "c1", Ack("c1"), now_ms=NOW)
    assert answers.find("ana", "c1", now_ms=NOW + ANSWER_TTL_MS - 1) is not None
    assert answers.find("ana", "c1", now_ms=NOW + ANSWER_TTL_MS) is None


def test_the_last_64_answers_of_each_member_are_stored() -> None:
    """O2: one member's flood does not displace another's answers."""
    answers = AnswerCache()
    answers.store("bob", "b", Ack("b"), now_ms=NOW)
    for number in range(ANSWERS_PER_MEMBER + 1):
        answers.store("ana", f"c{number}", Ack(f"c{number}"), now_ms=NOW)
    assert answers.find("ana", "c0", now_ms=NOW) is None
    assert answers.find("ana", "c1", now_ms=NOW) is not None
    assert answers.find("bob", "b", now_ms=NOW) is not None


def test_an_answer_can_be_forgotten() -> None:
    """O4: a change that did not become durable has no answer."""
    answers = AnswerCache()
    answers.store("ana", "c1", Ack("c1"), now_ms=NOW)
    answers.forget("ana", "c1")
    answers.forget("eve", "c1")
    assert answers.find("ana", "c1", now_ms=NOW) is None


def test_members_without_recent_requests_cost_nothing() -> None:
    """O2: in a room that thousands pass through, only the last ten minutes are stored."""
    answers = AnswerCache()
    for number in range(3 * MEMBERS_BEFORE_PRUNING):
        answers.store(f"p{number}", "c", Ack("c"), now_ms=NOW + number * 2 * ANSWER_TTL_MS / MEMBERS_BEFORE_PRUNING)
    assert len(answers) <= MEMBERS_BEFORE_PRUNING


def test_an_answer_is_valid_as_long_as_its_line_exists() -> None:
    """L1: when a line was lost with its epoch, an answer that survived is not returned again."""
    request, answer = Request("ana", Chat("c1", " hello ")), Ack("c1", seq=2)
    mine = ChatEntry(id="1-2", seq=2, by="ana", name="Ana", at_ms=NOW, text="hello", pos_s=0.0)
    room = replace(new_room("room", now_ms=NOW), seq=2)
    assert still_valid(replace(room, log=(mine,)), request, answer)
    assert still_valid(replace(room, log=(Deleted(seq=2, id="1-2"),)), request, answer)
    assert still_valid(replace(room, seq=400), request, answer)
    assert not still_valid(replace(room, seq=1), request, answer)
    assert not still_valid(replace(room, log=(replace(mine, by="bob"),)), request, answer)
    assert not still_valid(replace(room, log=(replace(mine, text="another"),)), request, answer)
