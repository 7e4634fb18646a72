"""The transcoding of a film: the meaning of its events, and what happens if they stop arriving."""
