"""Administration: settings, accounts, rooms, films, transcodes, and the audit log."""
