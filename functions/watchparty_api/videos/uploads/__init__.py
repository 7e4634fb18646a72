"""Uploads: announcing a film, sending its original to the store, and finalising it."""
