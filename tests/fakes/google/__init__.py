"""Fakes of Google's services, and their emulators."""
