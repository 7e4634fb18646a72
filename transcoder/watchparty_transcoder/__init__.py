"""Turns one uploaded film into HLS. See README.md."""
