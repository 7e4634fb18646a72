"""The admission decision, case by case."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from watchparty_api.errors import ApiError
from watchparty_api.records import Ban, Invitation, Member, Room, Snapshot
from watchparty_api.rooms.address import FoundRoom
from watchparty_api.rooms.invitations.links import usable_invitation
from watchparty_api.rooms.joining.admission import Admission, Admit, Visitor, decide_admission

NOW = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)
GUEST = Visitor("p", None, "guest-hash", "address-hash")
INVITATION = Invitation(workspace_id="w", id="i", created_at=NOW, room_id="r", secret_hash="-", created_by="h")


def room(**facts: Any) -> Room:
    base: dict[str, Any] = {"name": "Club", "owner_id": "a", "link_id": "r"}
    return Room(workspace_id="w", id="r", created_at=NOW, last_active_at=NOW, **(base | facts))


def member(state: Any, **facts: Any) -> Member:
    return Member(
        workspace_id="w", id="r.p", created_at=NOW, room_id="r", participant_id="p", display_name="P",
        last_seen_at=NOW, state=state, **facts,
    )  # fmt: skip


HOST = member("admitted", role="host")


def ban(**marks: Any) -> Ban:
    return Ban(
        workspace_id="w", id="r.q", created_at=NOW, room_id="r", participant_id="q", display_name="Q",
        created_by="h", **marks,
    )  # fmt: skip


def admission(
    a_room: Room, someone: Member | None = None, *, current: bool = True, password: bool = False, **facts: Any
) -> Admission | str:
    """The decision, or the code of the refusal."""
    defaults: dict[str, Any] = {
        "bans": (),
        "invitation": None,
        "snapshot": None,
        "now": NOW,
        "host_may_act": lambda: True,
    }
    try:
        return decide_admission(
            FoundRoom(a_room, current), GUEST, someone, password_matches=lambda: password, **defaults | facts
        )
    except ApiError as error:
        return error.code


VIEWER = Admit("viewer")


def test_the_rooms_access_decides_about_newcomers() -> None:
    """Open admits, knock makes them wait, and members needs an invitation."""
    assert admission(room()) == VIEWER
    assert admission(room(access="knock")) == "wait"
    assert admission(room(access="members")) == "not_invited"


def test_only_newcomers_need_the_password() -> None:
    """Members and waiting people have entered it already."""
    locked = room(password_hash="-")
    assert admission(locked) == "wrong_password"
    assert admission(locked, password=True) == VIEWER
    for state in ("admitted", "left"):
        assert admission(locked, member(state)) == VIEWER
    assert admission(room(password_hash="-", access="knock"), member("waiting")) == "wait"


@pytest.mark.parametrize("access", ["open", "knock", "members"])
def test_members_come_back_in_their_role(access: str) -> None:
    """Whatever the room's access is now, and by an old link too."""
    assert admission(room(access=access), member("admitted", role="moderator"), current=False) == Admit("moderator")


@pytest.mark.parametrize("state", ["denied", "removed", "withdrawn"])
def test_refused_people_are_treated_as_newcomers(state: str) -> None:
    """They wait where newcomers wait, and cannot use an old link."""
    assert admission(room(access="knock"), member(state)) == "wait"
    assert admission(room(access="members"), member(state)) == "not_invited"
    assert admission(room(), member(state), current=False) == "link_replaced"


def test_opening_the_room_admits_waiting_people() -> None:
    """By an old link too; in a room that changes to members they keep waiting for the host."""
    assert admission(room(), member("waiting"), current=False) == VIEWER
    assert admission(room(access="members"), member("waiting")) == "wait"


def test_an_invitation_overrides_every_access_rule() -> None:
    """It skips approval, password and membership, works with an old link, and grants its role."""
    invited = replace(INVITATION, role="moderator")
    for closed in (room(access="knock"), room(access="members"), room(password_hash="-")):
        assert admission(closed, invitation=invited, current=False) == Admit("moderator", invited)


def test_an_invitation_raises_a_role_and_never_lowers_it() -> None:
    """A viewer becomes a moderator by it once; the host stays the host."""
    invited = replace(INVITATION, role="moderator")
    assert admission(room(), member("admitted"), invitation=invited) == Admit("moderator", invited)
    assert admission(room(), member("admitted", invitation_id="i"), invitation=invited) == VIEWER
    assert admission(room(), member("admitted", role="host"), invitation=invited) == Admit("host")


@pytest.mark.parametrize(
    ("facts", "still"),
    [
        ({}, True),
        ({"room_id": "other"}, False),
        ({"revoked": True}, False),
        ({"expires_at": NOW}, False),
        ({"expires_at": NOW + timedelta(seconds=1)}, True),
        ({"max_uses": 2, "uses": 1}, True),
        ({"max_uses": 1, "uses": 1}, False),
    ],
)
def test_an_invitation_ends(facts: dict[str, Any], still: bool) -> None:
    """By room, revocation, expiry or number of uses."""
    assert (usable_invitation(replace(INVITATION, **facts), room(), None, inviter=HOST, now=NOW) is not None) is still


def test_a_used_up_invitation_still_admits_its_people() -> None:
    """Uses are counted per participant: someone who has used it can come again."""
    used_up = replace(INVITATION, max_uses=1, uses=1)
    assert usable_invitation(used_up, room(), member("removed", invitation_id="i"), inviter=HOST, now=NOW) is used_up


@pytest.mark.parametrize(
    ("inviter", "stands"),
    [
        (member("admitted", role="moderator"), True),
        (member("left", role="moderator"), True),
        (member("admitted", role="viewer"), False),
        (member("removed", role="moderator"), False),
        (member("banned", role="moderator"), False),
        (member("admitted", role="moderator", demoted_at=NOW), False),
        (member("admitted", role="moderator", demoted_at=NOW - timedelta(seconds=1)), True),
        (None, False),
    ],
)
def test_an_invitation_is_valid_as_long_as_its_creator_may_invite(inviter: Member | None, stands: bool) -> None:
    """It is invalid once they are demoted, removed or banned, even after a new promotion; leaving changes nothing."""
    assert (usable_invitation(INVITATION, room(), None, inviter=inviter, now=NOW) is not None) is stands


@pytest.mark.parametrize("state", ["admitted", "left", "removed"])
def test_an_invitation_does_not_undo_a_demotion(state: str) -> None:
    """One created before grants only the viewer role; one created afterwards is a new decision."""
    demoted = member(state, demoted_at=NOW)
    before, after = (replace(INVITATION, role="moderator", created_at=NOW + timedelta(seconds=s)) for s in (0, 1))
    lowered = admission(room(), demoted, invitation=before)
    assert isinstance(lowered, Admit)
    assert lowered.role == "viewer"
    assert admission(room(), demoted, invitation=after) == Admit("moderator", after)


def test_a_ban_covers_each_identifier() -> None:
    """Account, guest key, invitation, the address for a day, and the banned member's state."""
    assert admission(room(), member("banned")) == "banned"
    assert admission(room(), bans=(ban(guest_hash="guest-hash"),)) == "banned"
    assert admission(room(), bans=(ban(invitation_id="i"),), invitation=INVITATION) == "banned"
    until = NOW + timedelta(hours=24)
    by_address = (ban(address_hash="address-hash", address_until=until),)
    assert admission(room(), bans=by_address) == "banned"
    assert admission(room(), bans=by_address, now=until) == VIEWER
    assert admission(room(), bans=(ban(guest_hash="other", account_id="other"),)) == VIEWER


def test_shared_addresses_and_invitations_stop_only_newcomers() -> None:
    """People who live with a banned person keep their place, and the host can never be excluded."""
    by_address = (ban(address_hash="address-hash", address_until=NOW + timedelta(hours=1), invitation_id="i"),)
    assert admission(room(), member("admitted"), bans=by_address, invitation=INVITATION) == VIEWER
    assert admission(room(), member("left"), bans=by_address) == "banned"
    assert admission(room(), member("left", role="host"), bans=by_address) == Admit("host")


def full_house(**facts: Any) -> Snapshot:
    base: dict[str, Any] = {"total": 2, "people": ({"participant_id": "x", "name": "X"},) * 2}
    return Snapshot(workspace_id="w", id="r", created_at=NOW, at=NOW, people_at=NOW, **base | facts)


@pytest.mark.parametrize("invitation", [None, INVITATION])
def test_a_suspended_hosts_room_admits_no_one_new(invitation: Invitation | None) -> None:
    """Not even by invitation; members stay."""

    def suspended() -> bool:
        return False

    for outside in (None, member("left"), member("waiting"), member("removed")):
        assert admission(room(), outside, invitation=invitation, host_may_act=suspended) == "room_shut"
    assert admission(room(), member("admitted"), invitation=invitation, host_may_act=suspended) == VIEWER


def test_a_full_room_refuses_newcomers_and_absent_members() -> None:
    """By the relay's last count."""
    full = full_house()
    assert admission(room(capacity=2), snapshot=full) == "room_full"
    assert admission(room(capacity=2), member("admitted"), snapshot=full) == "room_full"
    assert admission(room(capacity=3), snapshot=full) == VIEWER


def test_a_full_room_admits_reloads_and_the_host() -> None:
    """A reload is not a new person."""
    present = full_house(people=({"participant_id": "p", "name": "P"},) * 2)
    assert admission(room(capacity=2), member("admitted"), snapshot=present) == VIEWER
    assert admission(room(capacity=2), member("admitted", role="host"), snapshot=full_house()) == Admit("host")
    beyond_the_list = full_house(total=150)
    assert admission(room(capacity=150), member("admitted"), snapshot=beyond_the_list) == VIEWER


def test_an_old_count_excludes_no_one() -> None:
    """A relay that died must not keep an empty room full."""
    assert admission(room(capacity=2), snapshot=full_house(), now=NOW + timedelta(minutes=11)) == VIEWER


def test_people_can_ask_to_join_a_full_room() -> None:
    """The host can still make room."""
    assert admission(room(capacity=2, access="knock"), snapshot=full_house()) == "wait"
