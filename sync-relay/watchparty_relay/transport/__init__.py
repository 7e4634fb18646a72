"""How sockets reach the relay: one port, one adapter a way of serving."""
