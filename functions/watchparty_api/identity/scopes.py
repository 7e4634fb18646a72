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


def scope_for(method: str, path: str) -> str:
    """The name of the scope that this call needs, which may be none that exists: then no token may make the call."""
    noun = path.removeprefix("/api/v1/").partition("/")[0].partition(":")[0]
    verb = "read" if method in ("GET", "HEAD") else "write"
    return f"{_NOUNS.get(noun, noun)}:{verb}"


def allows(scopes: frozenset[str], method: str, path: str) -> bool:
    """Whether a token with these scopes may make this call. A write scope does not include reading."""
    needed = scope_for(method, path)
    return needed in SCOPES and needed in scopes
