"""Who is calling, and the tokens that say so: keys, signer, passwords, callers."""
