"""Join requests: people who are waiting to be let in, and the host's decisions."""
