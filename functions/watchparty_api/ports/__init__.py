"""The small ports, each in one file with its adapters."""
