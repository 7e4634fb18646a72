"""What an upload is, without decoding more than a few frames."""
