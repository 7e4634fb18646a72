"""Room events: what the relay tells about rooms, kept for the host."""
