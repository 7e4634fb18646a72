"""How a film is getting on in the transcoder: what its events mean, and what happens when they stop coming."""
