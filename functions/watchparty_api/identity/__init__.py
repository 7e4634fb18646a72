"""Keys, tokens, passwords, and the identity provider."""
