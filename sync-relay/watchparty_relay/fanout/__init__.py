"""Delivers what a room sends to its connections. Knows the `Channel` port, never a transport."""
