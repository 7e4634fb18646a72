"""Turns one uploaded file into HLS that every browser plays: probe, plan, copy or encode, publish."""
