"""Subtitles that somebody adds beside a film: any .srt or .vtt in, WebVTT of ours out."""
