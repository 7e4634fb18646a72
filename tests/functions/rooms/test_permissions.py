"""The table of permissions, the control of the film, and rank."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from watchparty_api.records import Member
from watchparty_api.rooms.permissions import PERMISSIONS, Action, RoomRole, controls, outranks, room_role

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def member(**facts: Any) -> Member:
    base: dict[str, Any] = {"role": "viewer", "state": "admitted"}
    return Member(
        workspace_id="w", id="r.p", created_at=NOW, room_id="r", participant_id="p", display_name="P",
        last_seen_at=NOW, **(base | facts),
    )  # fmt: skip


def test_every_action_but_the_films_is_in_the_table() -> None:
    """An action that nobody decided on cannot slip through."""
    assert set(Action) - set(PERMISSIONS) == {Action.CONTROL_FILM}


def test_rights_only_grow_with_rank() -> None:
    """Whatever a viewer may a moderator may, whatever a moderator may the host may; outside nobody may anything."""
    for allowed in PERMISSIONS.values():
        assert RoomRole.OUTSIDE not in allowed
        assert RoomRole.HOST in allowed
        assert RoomRole.VIEWER not in allowed or RoomRole.MODERATOR in allowed


@pytest.mark.parametrize("state", ["denied", "removed", "banned", "left", "withdrawn"])
def test_a_role_counts_only_inside(state: str) -> None:
    """A moderator who was removed is nobody."""
    assert room_role(member(role="moderator", state=state)) is RoomRole.OUTSIDE


@pytest.mark.parametrize(
    ("control", "roles"),
    [("host", {"host"}), ("moderators", {"host", "moderator"}), ("everyone", {"host", "moderator", "viewer"})],
)
def test_the_rooms_setting_decides_who_controls(control: Any, roles: set[str]) -> None:
    """Host only, moderators, everyone; never who waits or is outside."""
    assert {r for r in ("host", "moderator", "viewer") if controls(control, member(role=r), NOW)} == roles
    assert not controls(control, member(state="waiting"), NOW)
    assert not controls(control, None, NOW)


def test_lent_control_ends_at_its_instant_and_outside() -> None:
    """Lent for ten minutes is lent for ten minutes; removal ends it at once."""
    lent = member(control_until=NOW + timedelta(minutes=10))
    assert controls("host", lent, NOW)
    assert not controls("host", lent, NOW + timedelta(minutes=10))
    assert controls("host", member(controls=True), NOW)
    assert not controls("host", member(controls=True, state="removed"), NOW)


def test_nobody_stands_above_an_equal() -> None:
    """Moderators cannot act upon moderators, nor anybody upon the host."""
    assert outranks("host", "moderator")
    assert outranks("moderator", "viewer")
    assert not outranks("moderator", "moderator")
    assert not outranks("moderator", "host")
