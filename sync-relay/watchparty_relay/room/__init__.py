"""The rooms that have connections on this relay."""
