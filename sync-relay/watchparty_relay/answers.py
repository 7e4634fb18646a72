"""What was answered to whom: a command that is sent again gets the same answer and is not done again.

Kept per participant, the last 64 within ten minutes; one instance a room, used inside a bus's atomic step.
"""

from collections import OrderedDict

from watchparty_relay.changes import Answer, Asked, Say
from watchparty_relay.chat import clean_text
from watchparty_relay.protocol import Ack, ChatEntry
from watchparty_relay.room import Room

KEPT_EACH = 64
KEPT_MS = 600_000.0
PEOPLE_BEFORE_PRUNING = 512


def stands(room: Room, asked: Asked, answer: Answer) -> bool:
    """Whether a kept answer still says the truth: a line may have been lost with its epoch, and the answer not."""
    if not isinstance(asked, Say) or not isinstance(answer, Ack) or answer.seq is None:
        return True
    if answer.seq > room.seq:
        return False
    entry = next((entry for entry in room.log if entry.seq == answer.seq), None)
    return not isinstance(entry, ChatEntry) or (entry.by, entry.text) == (asked.by, clean_text(asked.message.text))


class Answers:
    def __init__(self) -> None:
        self._given: dict[str, OrderedDict[str, tuple[float, Answer]]] = {}

    def __len__(self) -> int:
        """Of how many people something is kept."""
        return len(self._given)

    def find(self, participant_id: str, cid: str, *, now_ms: float) -> Answer | None:
        mine = self._given.get(participant_id)
        at_ms, answer = mine.get(cid, (0.0, None)) if mine else (0.0, None)
        return answer if at_ms > now_ms - KEPT_MS else None

    def keep(self, participant_id: str, cid: str, answer: Answer, *, now_ms: float) -> None:
        if participant_id not in self._given and len(self._given) >= PEOPLE_BEFORE_PRUNING:
            self._prune(now_ms)
        mine = self._given.setdefault(participant_id, OrderedDict())
        mine.pop(cid, None)
        mine[cid] = (now_ms, answer)
        while len(mine) > KEPT_EACH:
            mine.popitem(last=False)

    def forget(self, participant_id: str, cid: str) -> None:
        """Takes an answer back whose change did not become durable."""
        self._given.get(participant_id, OrderedDict()).pop(cid, None)

    def _prune(self, now_ms: float) -> None:
        """Forgets the participants whose last answer is too old to be asked for."""
        self._given = {
            participant_id: mine
            for participant_id, mine in self._given.items()
            if mine and next(reversed(mine.values()))[0] > now_ms - KEPT_MS
        }
