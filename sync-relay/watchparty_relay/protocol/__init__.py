"""The messages that cross the socket and the values inside them. Imports nothing else of the relay's."""
