"""Accounts: signing up and in, sessions, recovery, and what a person can do with their own account."""
