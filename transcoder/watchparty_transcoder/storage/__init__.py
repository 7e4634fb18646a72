"""Where output goes: one port, its adapters, and the names of all objects."""
