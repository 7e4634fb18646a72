"""The relay in tests: without sockets, on real sockets and compiled; its tokens, its keys and its Redis."""
