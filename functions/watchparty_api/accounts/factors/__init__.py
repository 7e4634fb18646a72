"""Second factors of accounts: passkeys, an authenticator app, and recovery codes."""
