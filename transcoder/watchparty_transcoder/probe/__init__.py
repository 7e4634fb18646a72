"""Facts about an uploaded file, without decoding more than a few frames."""
