"""Checks that all clients received one consistent history: nothing lost, duplicated or reordered, and every new epoch
signalled. Pure.

It is given everything that each client receives, in order, and compares it with rules K1 to K3, O2, O3, L1 and L2 of
docs/protocol.md. Everything that breaks a rule is a `Violation`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]
KEPT_ENTRIES = 256


class Violation(StrEnum):
    LOST = "lost"
    """An entry was skipped, or an acknowledged message is not at the acknowledged position."""
    DOUBLED = "doubled"
    """An entry was received twice, or one `cid` produced two messages."""
    REORDERED = "reordered"
    """An entry or state was received after a later one."""
    FORKED = "forked"
    """Two clients received different contents for the same number and epoch."""
    UNSIGNALLED = "unsignalled"
    """A new epoch or a gap was not signalled."""


@dataclass
class Following:
    """What a client has received of its room. A state of a new epoch makes its log stale: `log_whole` is then False."""

    room: str
    epoch: int = 0
    seq: int = 0
    seen: tuple[int, int] = (0, 0)
    log_whole: bool = False


@dataclass
class Checker:
    events: int = 0
    """Entries and states that were checked."""
    repeated_over_epochs: int = 0
    """Messages that were sent again because their epoch was lost, which the new epoch signals: not a violation."""
    found: Counter[Violation] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    _following: dict[str, Following] = field(default_factory=dict)
    _entries: dict[tuple[str, int, int], tuple[str, str]] = field(default_factory=dict)
    _states: dict[tuple[str, int, int], Json] = field(default_factory=dict)
    _ids: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    _acked: dict[tuple[str, int, int], str] = field(default_factory=dict)
    _newest_epoch: dict[str, int] = field(default_factory=dict)

    def hello_of(self, client: str) -> Json:
        """What the client reports when it reconnects: its position in the log, and its clock."""
        following = self._following.get(client)
        if following is None or not following.epoch:
            return {}
        (epoch, rev), log = following.seen, {"epoch": following.epoch, "seq": following.seq}
        return {"resume": log, "seen": {"epoch": epoch, "rev": rev}}

    @property
    def epochs(self) -> int:
        """The number of epochs of all rooms."""
        return len({(room, epoch) for room, epoch, _ in self._states})

    # --- received messages ---

    def welcome(self, client: str, room: str, welcome: Json, resumed: Json | None) -> None:
        following = self._following.setdefault(client, Following(room))
        epoch, seq, log = welcome["epoch"], welcome["seq"], welcome["log"]
        if epoch < following.epoch:
            self._violated(Violation.UNSIGNALLED, client, f"epoch {epoch} after {following.epoch}")
        if resumed is not None and epoch == resumed["epoch"]:
            self._resumed(client, following, welcome, resumed)
        elif welcome["complete"]:
            self._violated(Violation.UNSIGNALLED, client, f"a whole log of epoch {epoch}, of which it had nothing")
        numbers = [entry["seq"] for entry in log]
        if numbers != list(range(seq - len(log) + 1, seq + 1)):
            self._violated(Violation.LOST, client, f"a log of {numbers[:1]}…{numbers[-1:]} up to {seq}")
        following.epoch, following.seq, following.log_whole = epoch, seq, True
        for entry in log:
            self._entry_is(client, following, entry)
        if welcome["state"] is not None:
            self.state(client, welcome["state"])
        self._newest_epoch[room] = max(epoch, self._newest_epoch.get(room, 0))

    def _resumed(self, client: str, following: Following, welcome: Json, resumed: Json) -> None:
        missed = welcome["seq"] - resumed["seq"]
        if missed < 0:
            self._violated(Violation.LOST, client, f"seq {welcome['seq']} after {resumed['seq']} in one epoch")
        elif welcome["complete"] and len(welcome["log"]) < missed:
            self._violated(Violation.LOST, client, f"{missed - len(welcome['log'])} entries of a log called complete")
        elif welcome["complete"] and len(welcome["log"]) > missed:
            self._violated(Violation.DOUBLED, client, f"{len(welcome['log']) - missed} entries that it had")
        elif not welcome["complete"] and missed <= KEPT_ENTRIES:
            self._violated(Violation.LOST, client, f"{welcome.get('reason')} where {missed} entries were missed")

    def entry(self, client: str, entry: Json) -> None:
        following, seq = self._following[client], entry["seq"]
        if not following.log_whole:
            self._violated(Violation.UNSIGNALLED, client, f"entry {seq} after a state of a new epoch")
        elif seq <= following.seq:
            again = self._entries.get((following.room, following.epoch, seq)) == (entry["id"], entry["text"])
            self._violated(
                Violation.DOUBLED if again else Violation.REORDERED, client, f"entry {seq} after {following.seq}"
            )
        elif seq > following.seq + 1:
            self._violated(Violation.LOST, client, f"entry {seq} after {following.seq}")
        following.seq = max(seq, following.seq)
        self._entry_is(client, following, entry)

    def state(self, client: str, state: Json) -> None:
        self.events += 1
        following, at = self._following[client], (state["epoch"], state["rev"])
        if at < following.seen:
            kind = Violation.REORDERED if at[0] == following.seen[0] else Violation.UNSIGNALLED
            self._violated(kind, client, f"state {at} after {following.seen}")
        following.seen = max(at, following.seen)
        following.log_whole &= state["epoch"] == following.epoch
        content = {name: state[name] for name in ("mode", "pos_s", "t0_ms", "rate", "mrev", "cause")}
        if self._states.setdefault((following.room, *at), content) != content:
            self._violated(Violation.FORKED, client, f"two states {at}")

    def acked(self, client: str, text: str, seq: int) -> None:
        """Records that a message was acknowledged, if the client has the log of the current epoch."""
        following = self._following[client]
        if following.log_whole:
            self._acked[following.room, following.epoch, seq] = text

    # --- at the end ---

    def close(self, connected: Iterable[str]) -> None:
        """Checks that all clients, connected and silent, have the same end of the log."""
        ends: dict[str, dict[str, tuple[int, int]]] = {}
        for client in connected:
            following = self._following[client]
            ends.setdefault(following.room, {})[client] = (following.epoch, following.seq)
        for by_client in ends.values():
            newest = max(by_client.values())
            for client, end in by_client.items():
                if end != newest:
                    kind = Violation.LOST if end[0] == newest[0] else Violation.UNSIGNALLED
                    self._violated(kind, client, f"ends at {end}, others at {newest}")
        for (room, epoch, seq), text in self._acked.items():
            known = self._entries.get((room, epoch, seq))
            if known is None and epoch == self._newest_epoch[room]:
                self._violated(Violation.LOST, room, f"no one has the acknowledged {text}")
            elif known is not None and known[1] != text:
                self._violated(Violation.LOST, room, f"acknowledged {text} is {known[1]}")

    # --- helpers ---

    def _entry_is(self, client: str, following: Following, entry: Json) -> None:
        """Checks that a number has one content, and that a `cid`, which is the text of its message, has one entry."""
        self.events += 1
        content = (entry["id"], entry["text"])
        if self._entries.setdefault((following.room, following.epoch, entry["seq"]), content) != content:
            self._violated(Violation.FORKED, client, f"two entries {entry['seq']} in epoch {following.epoch}")
        ids = self._ids.setdefault((following.room, entry["text"]), set())
        if entry["id"] in ids:
            return
        ids.add(entry["id"])
        if len(ids) == 1:
            return
        epochs = Counter(name.partition("-")[0] for name in ids)
        if max(epochs.values()) > 1:
            self._violated(Violation.DOUBLED, client, f"{entry['text']} has the entries {sorted(ids)}")
        else:
            self.repeated_over_epochs += 1

    def _violated(self, violation: Violation, who: str, what: str) -> None:
        self.found[violation] += 1
        if len(self.examples) < 20:
            self.examples.append(f"{violation}: {who}: {what}")
