"""Text subtitles, from a film or from an uploaded file, as WebVTT."""
