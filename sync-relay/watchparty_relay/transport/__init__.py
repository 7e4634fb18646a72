"""Sockets: the only folder that knows them."""
