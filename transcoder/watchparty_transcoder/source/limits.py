"""What an upload may be. Known without libav, which the process that holds credentials does not load."""

MAX_PIXELS = 8192 * 4352
"""Of a frame: 8K. A few bytes of a GIF can claim 65,535 x 65,535, for which a decoder would allocate gigabytes."""
