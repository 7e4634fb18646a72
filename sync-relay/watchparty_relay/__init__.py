"""The sync relay: sockets in, one ordered room clock out."""
