"""Videos: somebody's library, and how each film in it is doing."""
