"""The HTTP side: applications, dependencies of routes, and what they share."""
