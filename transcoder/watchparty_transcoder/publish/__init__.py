"""What can be played so far, its playlists, and the final check."""
