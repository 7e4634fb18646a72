"""The names behind the ids that admins would otherwise read. They are looked up when a page is read, never stored."""

from watchparty_api.records import Account, Room, Video
from watchparty_api.services import Services


class Names:
    """Names by id for one answer; each is read once."""

    def __init__(self, services: Services) -> None:
        self._store = services.store
        self._accounts: dict[str, str | None] = {}

    def account(self, account_id: str) -> str | None:
        """The account's display name; None if it is deleted, or the id is that of the system."""
        if account_id not in self._accounts:
            found = self._store.get(Account, account_id)
            self._accounts[account_id] = found.display_name if found else None
        return self._accounts[account_id]

    def target(self, action: str, target: str) -> str | None:
        """What an audit entry is about; None if it is gone or has no name."""
        match action.partition(".")[0]:
            case "account":
                return self.account(target)
            case "room":
                room = self._store.get(Room, target)
                return room.name if room else None
            case "video":
                video = self._store.get(Video, target)
                return video.title if video else None
            case _:
                return None
