"""WatchParty at home: functions, relay and transcoder in one process on one port. No deployable imports it."""
