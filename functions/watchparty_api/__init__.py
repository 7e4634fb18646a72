"""The HTTP and event functions of WatchParty: accounts, rooms, videos; nothing else touches the database."""
