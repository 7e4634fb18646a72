"""Accounts: sign-up, sign-in, sessions, recovery, and the calls for one's own account."""
