"""What administrators do: settings, people, rooms, films, jobs, and the audit log."""
