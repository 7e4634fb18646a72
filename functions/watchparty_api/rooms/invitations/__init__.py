"""Invitations: personal links into a room, with a role, an end and a number of uses."""
