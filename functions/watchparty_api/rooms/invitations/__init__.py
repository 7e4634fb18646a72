"""Invitations: personal links to a room, with a role, an expiry and a number of uses."""
