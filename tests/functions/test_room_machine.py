"""A room under any sequence of joining, deciding, muting, removing, banning and leaving, on every store.

A small model predicts each person's state; after each step store, tokens and notices must agree with it.
"""

import secrets
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from fakes.api_harness import SITE, build_harness
from fakes.party import Browser, Party, party
from watchparty_api.config import Config

pytestmark = pytest.mark.integration

GUESTS = st.integers(min_value=0, max_value=3)
ADMITTED, WAITING = "admitted", "waiting"
RENEWAL = {
    ADMITTED: (200, None),
    WAITING: (202, None),
    "denied": (403, "denied"),
    "removed": (403, "removed"),
    "banned": (403, "banned"),
    "left": (403, "not_a_member"),
}


class RoomMachine(RuleBasedStateMachine):
    """Four guests and a host, with one room."""

    store_url: str
    keys_dir: Path

    def __init__(self) -> None:
        super().__init__()
        # One workspace per run: workspaces are isolated, so that all runs can share a server or file.
        workspace_id = f"ws-{secrets.token_hex(6)}"
        config = Config(
            public_url=SITE, store_url=self.store_url, keys_dir=str(self.keys_dir), workspace_id=workspace_id
        )
        self.api = build_harness(config)
        self.here: Party = party(self.api)
        self.guests = [Browser(self.api) for _ in range(4)]
        self.access = "open"
        self.state: dict[int, str] = {}
        self.was_in: set[int] = set()
        self.muted: dict[int, bool] = {}
        self.mver: dict[str, int] = {}

    def teardown(self) -> None:
        self.api.services.store.close()

    def _member(self, n: int, rest: str = "") -> str:
        return self.here.path(f"/members/{self.guests[n].participant_id}{rest}")

    def _step(self) -> None:
        self.api.clock.advance(seconds=1)

    @rule(n=GUESTS)
    def join(self, n: int) -> None:
        self._step()
        answer = self.guests[n].join(self.here.id)
        before = self.state.get(n)
        if before == "banned":
            assert answer.json()["code"] == "banned"
        elif before == ADMITTED or (before == "left" and n in self.was_in) or self.access == "open":
            assert answer.status_code == 200, answer.text
            self.state[n] = ADMITTED
            self.was_in.add(n)
        elif before == WAITING or self.access == "knock":
            assert answer.status_code == 202, answer.text
            self.state[n] = WAITING
        else:
            assert answer.json()["code"] == "not_invited"

    @rule(access=st.sampled_from(["open", "knock", "members"]))
    def change_access(self, access: str) -> None:
        self._step()
        assert self.here.host.ask("PATCH", self.here.path(), {"access": access}).status_code == 200
        self.access = access
        if access == "open":
            for n in [n for n, state in self.state.items() if state == WAITING]:
                self.state[n] = ADMITTED
                self.was_in.add(n)

    @precondition(lambda self: WAITING in self.state.values())
    @rule(decision=st.sampled_from(["admit", "deny", "block"]), n=GUESTS)
    def decide(self, decision: str, n: int) -> None:
        self._step()
        requests = self.here.host.ask("GET", self.here.path("/join-requests")).json()["items"]
        waiting = {self.guests[m].participant_id: m for m, state in self.state.items() if state == WAITING}
        assert {each["participant_id"] for each in requests} == waiting.keys()
        chosen = requests[n % len(requests)]
        answer = self.here.host.ask("POST", self.here.path(f"/join-requests/{chosen['id']}"), {"decision": decision})
        assert answer.status_code == 200
        who = waiting[chosen["participant_id"]]
        self.state[who] = {"admit": ADMITTED, "deny": "denied", "block": "banned"}[decision]
        if decision == "admit":
            self.was_in.add(who)

    @rule(n=GUESTS, ban=st.booleans())
    def remove(self, n: int, ban: bool) -> None:
        if n not in self.state:
            return
        self._step()
        assert self.here.host.ask("DELETE", self._member(n, f"?ban={ban}")).status_code == 200
        if ban:
            self.state[n] = "banned"
        elif self.state[n] in (ADMITTED, WAITING):
            self.state[n] = "removed"
        self._out(n)

    @rule(n=GUESTS)
    def leave(self, n: int) -> None:
        if self.state.get(n) not in (ADMITTED, WAITING):
            return
        self._step()
        assert self.guests[n].ask("POST", self.here.path("/members/leave"), {}).status_code == 204
        if self.state[n] == WAITING:
            self._out(n)
        self.state[n] = "left"

    @rule(n=GUESTS)
    def lift(self, n: int) -> None:
        if self.state.get(n) != "banned":
            return
        self._step()
        path = self.here.path(f"/bans/{self.guests[n].participant_id}")
        assert self.here.host.ask("DELETE", path).status_code == 204
        self.state[n] = "removed"

    @rule(n=GUESTS, muted=st.booleans())
    def mute(self, n: int, muted: bool) -> None:
        if self.state.get(n) != ADMITTED:
            return
        self._step()
        assert self.here.host.ask("PATCH", self._member(n), {"muted": muted}).status_code == 200
        self.muted[n] = muted

    def _out(self, n: int) -> None:
        if self.state[n] in ("removed", "banned", WAITING):
            self.was_in.discard(n)

    @invariant()
    def renewal_says_where_everybody_stands(self) -> None:
        self._step()
        for n, state in self.state.items():
            answer = self.guests[n].renew(self.here.id)
            assert (answer.status_code, answer.json().get("code")) == RENEWAL[state], (n, state)
            if state == ADMITTED:
                claims = self.api.services.tokens.verify_join(str(self.guests[n].join_token), self.api.clock())
                assert claims["muted"] is self.muted.get(n, False)

    @invariant()
    def the_members_are_those_who_are_in(self) -> None:
        listed = self.here.host.ask("GET", self.here.path("/members")).json()["items"]
        inside = {self.guests[n].participant_id for n, state in self.state.items() if state == ADMITTED}
        assert {each["participant_id"] for each in listed} == inside | {self.here.host_id}

    @invariant()
    def versions_only_rise(self) -> None:
        while self.api.relay.delivered:
            _, notice = self.api.relay.delivered.pop(0)
            if "mver" in notice:
                assert notice["mver"] > self.mver.get(notice["participant_id"], 0)
                self.mver[notice["participant_id"]] = notice["mver"]


@pytest.fixture
def machine(store_url: str, keys_dir: Path) -> type[RoomMachine]:
    RoomMachine.store_url, RoomMachine.keys_dir = store_url, keys_dir
    return RoomMachine


def test_the_rules_hold_in_every_order_of_actions(machine: type[RoomMachine]) -> None:
    """After any sequence of actions everyone's state is what the rules say."""
    # Ten steps stay below the limit of join requests, which other tests check.
    bounded = settings(max_examples=6, stateful_step_count=10)
    run_state_machine_as_test(machine, settings=bounded)
