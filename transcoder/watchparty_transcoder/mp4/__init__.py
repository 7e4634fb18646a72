"""Fragmented MP4: boxes, reading, writing, and cutting samples into segments."""
