"""Stores rooms and orders their changes: one port, its adapters beside it. The only folder that knows Redis."""
