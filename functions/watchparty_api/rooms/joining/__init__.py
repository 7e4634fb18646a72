"""Joining: from a room's link to a participant, waiting for the host's approval, and renewing the token."""
