"""Rooms: creating, reading, changing and closing them, their film and queue."""
