"""Rotating a family of signing keys, in three steps that each leave every living token valid. Pure but for randomness.

`add` puts a new key beside the active one: whoever verifies learns it before anything is signed with it. `activate`
signs with it from then on. `retire` takes the old ones away, once the last token that they signed has expired.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from watchparty_api.config import ConfigError
from watchparty_api.identity.keys import new_family, parse_family


def add(name: str, text: str | None) -> str:
    """The family's text with one more key, not yet active; a family of one active key where there is none."""
    fresh: dict[str, Any] = json.loads(new_family(name))
    if text is None:
        return _text(fresh)
    family = _content(name, text)
    return _text({"active": family["active"], "keys": {**family["keys"], **fresh["keys"]}})


def activate(name: str, text: str | None) -> str:
    """The newest key becomes the active one."""
    family = _content(name, text)
    return _text({**family, "active": list(family["keys"])[-1]})


def retire(name: str, text: str | None) -> str:
    """Only the active key stays."""
    family = _content(name, text)
    return _text({"active": family["active"], "keys": {family["active"]: family["keys"][family["active"]]}})


STEPS: Mapping[str, Callable[[str, str | None], str]] = {"add": add, "activate": activate, "retire": retire}


def _content(name: str, text: str | None) -> dict[str, Any]:
    if text is None:
        raise ConfigError(f"there is no family {name} yet; add makes it")
    parse_family(name, text)
    content: dict[str, Any] = json.loads(text)
    return content


def _text(family: Mapping[str, Any]) -> str:
    return json.dumps(family, indent=1)
