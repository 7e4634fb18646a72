"""Room events for the functions: what is reported, when, and where it is published."""
