"""Two cores are shared with whatever else runs: a slow example is not a failing one."""

from hypothesis import settings

settings.register_profile("shared cores", deadline=None)
settings.load_profile("shared cores")
