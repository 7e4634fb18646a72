"""Outgoing mail: SMTP, or the log of a machine that has none."""
