"""The HTTP and event functions of WatchParty: accounts, rooms and videos, and the only code that touches the database."""
