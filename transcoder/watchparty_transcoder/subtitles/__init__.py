"""Text subtitles: out of a film or an uploaded file, into WebVTT."""
