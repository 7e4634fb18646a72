"""Rooms: making, reading, changing and closing them, their film and what comes next."""
