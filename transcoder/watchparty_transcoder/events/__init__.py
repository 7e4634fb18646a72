"""Transcode events: the contract, their numbering and rate, and where they are sent."""
