"""The permission table, control of playback, and ranks."""

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


def test_every_action_but_film_control_is_in_the_table() -> None:
    """No action is without a decision."""
    assert set(Action) - set(PERMISSIONS) == {Action.CONTROL_FILM}


def test_permissions_only_grow_with_rank() -> None:
    """A moderator can do what a viewer can, the host what a moderator can, and outsiders nothing."""
    for allowed in PERMISSIONS.values():
        assert RoomRole.OUTSIDE not in allowed
        assert RoomRole.HOST in allowed
        assert RoomRole.VIEWER not in allowed or RoomRole.MODERATOR in allowed


@pytest.mark.parametrize("state", ["denied", "removed", "banned", "left", "withdrawn"])
def test_a_role_counts_only_inside(state: str) -> None:
    """A removed moderator has no permissions."""
    assert room_role(member(role="moderator", state=state)) is RoomRole.OUTSIDE


@pytest.mark.parametrize(
    ("control", "roles"),
    [("host", {"host"}), ("moderators", {"host", "moderator"}), ("everyone", {"host", "moderator", "viewer"})],
)
def test_the_rooms_setting_decides_who_controls(control: Any, roles: set[str]) -> None:
    """The host, moderators or everyone; never someone who is waiting or outside."""
    assert {r for r in ("host", "moderator", "viewer") if controls(control, member(role=r), NOW)} == roles
    assert not controls(control, member(state="waiting"), NOW)
    assert not controls(control, None, NOW)


def test_lent_control_ends_on_time_and_by_removal() -> None:
    """Control that is delegated for ten minutes ends after ten minutes; removal ends it at once."""
    delegated = member(control_until=NOW + timedelta(minutes=10))
    assert controls("host", delegated, NOW)
    assert not controls("host", delegated, NOW + timedelta(minutes=10))
    assert controls("host", member(controls=True), NOW)
    assert not controls("host", member(controls=True, state="removed"), NOW)


def test_no_one_outranks_an_equal() -> None:
    """Moderators cannot act on moderators, and no one can act on the host."""
    assert outranks("host", "moderator")
    assert outranks("moderator", "viewer")
    assert not outranks("moderator", "moderator")
    assert not outranks("moderator", "host")
