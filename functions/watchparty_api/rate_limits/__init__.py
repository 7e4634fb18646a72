"""Rate limits: how often an action may be tried."""
