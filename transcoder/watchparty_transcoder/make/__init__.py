"""The pieces of work that make up a plan, and the threads that do them."""
