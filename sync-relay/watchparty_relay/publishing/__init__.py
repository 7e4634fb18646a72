"""Where room events go: one port, one adapter a destination."""
