"""Members: the people of a room, what they may do there, and who must not come back."""
