"""Where transcode events go: one port, an adapter a kind of listener."""
