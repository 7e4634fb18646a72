"""What is playable so far, its playlists, and the final verification."""
