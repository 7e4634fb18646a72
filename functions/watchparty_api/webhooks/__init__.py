"""Webhooks: signed calls to an account's URL about events in its rooms and films, with retries."""
