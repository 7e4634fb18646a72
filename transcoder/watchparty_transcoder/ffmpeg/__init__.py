"""ffmpeg: its command lines, the processes that run them, and the trial of hardware encoders."""
