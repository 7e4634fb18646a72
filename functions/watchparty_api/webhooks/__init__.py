"""Webhooks: what happens in an account's rooms and films, told to an address of its own, signed and repeated."""
