"""The word that something waits to be done, for who can do it sooner than the sweeper comes round."""
