"""Joining: how somebody with a link becomes a participant, waits for the host, and stays one."""
