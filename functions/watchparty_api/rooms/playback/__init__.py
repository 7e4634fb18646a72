"""Private playback: who may fetch a film's files, for how long, and the server of those files at home."""
