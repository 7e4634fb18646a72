"""One client's connection: its token, its state, its messages."""
