"""The answers to members' requests: a request that is sent again gets the same answer and changes nothing. Pure.

Stored per member, the last 64 within ten minutes. There is one cache per room, used inside a bus's atomic step.
"""

from collections import OrderedDict

from watchparty_relay.protocol.messages import Ack, Chat, ChatEntry, Nack
from watchparty_relay.rules.changes import Answer, Decision, Request
from watchparty_relay.rules.chat import clean_text
from watchparty_relay.rules.state import Room

ANSWERS_PER_MEMBER = 64
ANSWER_TTL_MS = 600_000.0
MEMBERS_BEFORE_PRUNING = 512


def still_valid(room: Room, request: Request, answer: Answer) -> bool:
    """Whether a stored answer is still true: a chat line can be lost with its epoch while its answer survives."""
    message = request.message
    if not isinstance(message, Chat) or not isinstance(answer, Ack) or answer.seq is None:
        return True
    if answer.seq > room.seq:
        return False
    entry = next((entry for entry in room.log if entry.seq == answer.seq), None)
    return not isinstance(entry, ChatEntry) or (entry.by, entry.text) == (request.by, clean_text(message.text))


def is_refusal(before: Room, decision: Decision) -> bool:
    """Whether nothing but the refusal of a request was decided. Restarts forget it: to repeat it is to decide again."""
    return decision.room is before and not decision.events and isinstance(decision.answer, Nack)


class AnswerCache:
    def __init__(self) -> None:
        self._answers: dict[str, OrderedDict[str, tuple[float, Answer]]] = {}

    def __len__(self) -> int:
        """The number of members with stored answers."""
        return len(self._answers)

    def find(self, participant_id: str, cid: str, *, now_ms: float) -> Answer | None:
        answers = self._answers.get(participant_id)
        at_ms, answer = answers.get(cid, (0.0, None)) if answers else (0.0, None)
        return answer if at_ms > now_ms - ANSWER_TTL_MS else None

    def store(self, participant_id: str, cid: str, answer: Answer, *, now_ms: float) -> None:
        if participant_id not in self._answers and len(self._answers) >= MEMBERS_BEFORE_PRUNING:
            self._prune(now_ms)
        answers = self._answers.setdefault(participant_id, OrderedDict())
        answers.pop(cid, None)
        answers[cid] = (now_ms, answer)
        while len(answers) > ANSWERS_PER_MEMBER:
            answers.popitem(last=False)

    def forget(self, participant_id: str, cid: str) -> None:
        """Removes the answer of a change that did not become durable."""
        self._answers.get(participant_id, OrderedDict()).pop(cid, None)

    def _prune(self, now_ms: float) -> None:
        """Forgets the members whose last answer has expired."""
        self._answers = {
            participant_id: answers
            for participant_id, answers in self._answers.items()
            if answers and next(reversed(answers.values()))[0] > now_ms - ANSWER_TTL_MS
        }
