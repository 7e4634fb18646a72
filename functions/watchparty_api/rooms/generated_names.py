"""Generates friendly names for rooms, and for guests who enter none.

Pure: the caller passes the random choice, so that tests can pass their own.
"""

from collections.abc import Callable, Sequence

Choose = Callable[[Sequence[str]], str]
"""Picks one element, like `secrets.choice`."""

_MOODS = ("Amber", "Breezy", "Bright", "Calm", "Clever", "Cosy", "Curious", "Dapper", "Gentle", "Golden", "Happy",
          "Jolly", "Lucky", "Mellow", "Merry", "Plucky", "Quiet", "Sunny", "Swift", "Velvet")  # fmt: skip
_ANIMALS = ("Badger", "Beaver", "Dolphin", "Falcon", "Finch", "Fox", "Heron", "Koala", "Lynx", "Marmot", "Otter",
            "Owl", "Panda", "Penguin", "Puffin", "Robin", "Seal", "Sparrow", "Tiger", "Walrus")  # fmt: skip
_SHOWS = ("Matinee", "Premiere", "Screening", "Double Feature", "Late Show", "Picture House", "Balcony", "Front Row",
          "Movie Night", "Film Club", "Projector", "Cinema")  # fmt: skip


def guest_name(choose: Choose) -> str:
    """A name for a guest who entered none, such as "Velvet Otter"."""
    return f"{choose(_MOODS)} {choose(_ANIMALS)}"


def room_name(choose: Choose) -> str:
    """A name for a room that was given none, such as "Golden Late Show"."""
    return f"{choose(_MOODS)} {choose(_SHOWS)}"
