"""Where the installation's secrets lie: a folder, or Secret Manager."""
