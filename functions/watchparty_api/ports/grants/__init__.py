"""Proof, for minutes, that somebody may fetch the files of one film: one port, adapters side by side."""
