"""How the functions tell the relay what they have committed."""
