"""The small ports, each with its adapters beside it."""
