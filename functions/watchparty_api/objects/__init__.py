"""Originals and media as objects: Google Cloud Storage, an S3-compatible store, or local folders."""
