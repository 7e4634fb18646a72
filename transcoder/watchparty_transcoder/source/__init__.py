"""The upload, as libav and ffmpeg may see it."""
