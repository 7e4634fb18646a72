"""Videos: an account's library, and the processing of each film in it."""
