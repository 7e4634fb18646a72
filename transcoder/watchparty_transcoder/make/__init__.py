"""The pieces of work of which a film is made, and the threads that do them."""
