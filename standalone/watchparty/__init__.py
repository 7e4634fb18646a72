"""WatchParty at home: functions, relay and transcoder in one process on one port. Nothing imports this package."""
