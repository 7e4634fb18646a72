"""Fragmented MP4: boxes, segments, and cutting samples into segments."""
