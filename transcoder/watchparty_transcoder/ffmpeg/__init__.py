"""ffmpeg: its command lines, and the processes that run them."""
