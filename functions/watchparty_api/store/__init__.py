"""The system of record: one port, adapters side by side (SQL; Firestore)."""
