"""The commands that use a server through its API: upload a film, manage rooms and films."""
