"""Who is in a room, on this relay and on the others, and what follows from it. Pure; knows no sockets."""
