"""The claims of a join token. Pure.

The relay reads them with its own `session/join_token.py`; there is no other definition.
The relay needs no other source: the token carries membership, settings, film and last known position, each with the
counter that tells newer from older. People who are waiting get neither film nor position.
"""

from typing import Any

from watchparty_api.records import Member, Room, Snapshot, Video
from watchparty_api.rooms.notices import control_claim, media_claim, settings_claim


def join_claims(
    room: Room, member: Member, video: Video | None, snapshot: Snapshot | None, *, credential: str | None = None
) -> dict[str, Any]:
    """The claims; the signer adds version, audience, times and id. Only the API reads `cred`, an account's credential:
    the token holds as long as that does.
    """
    claims: dict[str, Any] = {
        "sub": member.participant_id,
        "room": room.id,
        "mver": member.mver,
        "name": member.display_name,
        "acct": member.account_id is not None,
        "set": settings_claim(room),
    }
    if member.account_id is not None and credential is not None:
        claims["cred"] = credential
    if member.state == "waiting":
        return claims | {"role": "waiting", "req": member.request_id}
    claims |= {"role": member.role, "muted": member.muted, "ctl": control_claim(member)}
    claims |= {"media": media_claim(room, video), "seed": _seed(room, snapshot)}
    return {name: value for name, value in claims.items() if value is not None}


def _seed(room: Room, snapshot: Snapshot | None) -> dict[str, Any] | None:
    """Where a relay without a clock starts: at the last known position, or where the film was started."""
    if room.video_id is None:
        return None
    epoch, rev = (snapshot.epoch, snapshot.rev) if snapshot else (0, 0)
    if snapshot is not None and snapshot.state.get("mrev") == room.media_rev:
        return {"epoch": epoch, "rev": rev, "pos_s": snapshot.state["pos_s"], "rate": snapshot.state["rate"]}
    return {"epoch": epoch, "rev": rev, "pos_s": room.start_pos_s, "rate": 1.0}
