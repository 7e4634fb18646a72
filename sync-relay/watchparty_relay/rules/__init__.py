"""What each change does to a room: pure functions of room, change and time."""
