"""Subtitles that owners add to a film: .srt or .vtt in, our own WebVTT out."""
