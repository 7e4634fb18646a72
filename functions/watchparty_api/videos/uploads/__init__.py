"""Uploads: announcing a film, sending its original to the bucket, and taking it up when it is complete."""
