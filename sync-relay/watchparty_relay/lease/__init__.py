"""Ensures that one process at a time commands the rooms, where rooms are in the memory of a process."""
