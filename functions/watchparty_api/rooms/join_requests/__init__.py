"""Join requests: those who knocked, and what the host decides about them."""
