"""Room events: what the relay reports about rooms, stored for the host."""
