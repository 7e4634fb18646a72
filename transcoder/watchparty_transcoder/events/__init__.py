"""Transcode events: their contract, their numbering, and where they are sent."""
