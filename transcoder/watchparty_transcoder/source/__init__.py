"""The uploaded original, as libav and ffmpeg may read it."""
