"""Backups of the data folder: written while the server runs, verified, restored, and tried out."""
