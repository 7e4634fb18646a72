"""Private playback: grants for a film's files, and the server of these files at home."""
