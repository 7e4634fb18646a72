"""Members: the people in a room, their roles, removal and bans."""
