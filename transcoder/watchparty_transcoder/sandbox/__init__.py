"""Confines what reads an upload: the transcoder itself and each ffmpeg. Knows Linux; elsewhere only limits apply."""
