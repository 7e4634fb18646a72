"""Creates a room and its host's membership in one commit."""

import secrets

from watchparty_api.identity.passwords import hash_password
from watchparty_api.records import Account, Member, Room
from watchparty_api.rooms.address import new_room_id
from watchparty_api.rooms.film import film_to_show
from watchparty_api.rooms.generated_names import room_name
from watchparty_api.rooms.models import RoomStart
from watchparty_api.rooms.participants import member_id, participant_of_account
from watchparty_api.services import Services
from watchparty_api.store.port import Create


def create_room(services: Services, account: Account, start: RoomStart) -> Room:
    """Creates a room with the account as host. Its film may still be uploading. Raises Forbidden, Conflict."""
    now, id_ = services.now(), new_room_id()
    if start.video_id is not None:
        film_to_show(services, start.video_id, owners={account.id}, playable=False)
    room = Room(
        id=id_,
        created_at=now,
        name=start.name or room_name(secrets.choice),
        owner_id=account.id,
        link_id=id_,
        access=start.access,
        control=start.control,
        chat=start.chat,
        slow_s=start.slow_s,
        capacity=start.capacity,
        password_hash=hash_password(start.password) if start.password else None,
        wait_policy=start.wait.policy,
        wait_max_s=start.wait.max_s,
        video_id=start.video_id,
        last_active_at=now,
    )
    participant_id = participant_of_account(id_, account.id)
    host = Member(
        id=member_id(id_, participant_id),
        created_at=now,
        room_id=id_,
        participant_id=participant_id,
        account_id=account.id,
        display_name=account.display_name,
        role="host",
        last_seen_at=now,
    )
    services.store.commit([Create(room), Create(host)])
    return room
