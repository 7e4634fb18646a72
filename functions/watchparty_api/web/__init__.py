"""The HTTP layer: the application, the dependencies of route handlers, and what routes share."""
