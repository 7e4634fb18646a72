"""Where rooms live: one port, its adapters side by side."""
