"""`watchparty doctor`: gathers facts about an installation, and names what is wrong and the line that mends it."""
