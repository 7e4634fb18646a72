"""Where segments and playlists go: one port, an adapter a kind of place."""
