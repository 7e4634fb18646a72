"""The scopes of API tokens: one for reading and one for writing per area, which is the first segment of the path.

Pure. No API token can change the account itself: password, sessions, tokens, deletion.
"""

from typing import Literal, get_args

Scope = Literal[
    "rooms:read",
    "rooms:write",
    "videos:read",
    "videos:write",
    "webhooks:read",
    "webhooks:write",
    "account:read",
    "admin:read",
    "admin:write",
]
SCOPES: frozenset[str] = frozenset(get_args(Scope))

_NOUNS = {"auth": "account"}


def allows(scopes: frozenset[str], method: str, path: str) -> bool:
    """Whether a token with these scopes may make this call. A write scope does not include reading."""
    noun = path.removeprefix("/api/v1/").partition("/")[0].partition(":")[0]
    verb = "read" if method in ("GET", "HEAD") else "write"
    needed = f"{_NOUNS.get(noun, noun)}:{verb}"
    return needed in SCOPES and needed in scopes
