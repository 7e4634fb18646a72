"""The HTTP and event functions of WatchParty: accounts, rooms, videos. No other package accesses the database."""
