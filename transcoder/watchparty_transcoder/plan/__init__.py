"""Everything that is decided about a transcode. Pure."""
