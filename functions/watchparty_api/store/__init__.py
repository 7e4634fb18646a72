"""The system of record: one port with two adapters (SQL and Firestore)."""
