"""The functions' public keys, fetched and refreshed in the background when the relay is served alone.

Sessions use the last successful response and never wait for the network; a failed refresh keeps the known keys. A token
of an unknown key is refused, and brings the next refresh forward: its client tries again after a moment.
"""

import asyncio
import json
import logging
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

log = logging.getLogger(__name__)

REFRESH_S = 60.0
RETRY_S = 0.5
"""After a failure, doubled up to REFRESH_S: until it has keys, a relay refuses everyone."""
TIMEOUT_S = 5.0
PAUSE_S = 5.0
"""The least time between two refreshes, whatever tokens arrive."""


class RemoteKeys:
    """Callable as the `jwks` of `bootstrap.build_relay`."""

    def __init__(self, url: str, *, pause_s: float = PAUSE_S) -> None:
        self._url = url
        self._pause_s = pause_s
        self._unknown = asyncio.Event()
        self._known: Mapping[str, Any] = {"keys": []}

    def __call__(self) -> Mapping[str, Any]:
        return self._known

    def unknown_key(self) -> None:
        """Notes that a token names an unknown key: it may be newer than the last refresh."""
        self._unknown.set()

    async def refresh(self) -> bool:
        """Returns False if the keys could not be fetched."""
        try:
            self._known = await asyncio.to_thread(self._fetch)
        except (OSError, ValueError) as error:
            log.warning("the functions' keys could not be fetched: %s", error)
            return False
        return True

    async def run(self) -> None:
        retry_s = RETRY_S
        while True:
            if await self.refresh():
                retry_s = RETRY_S
                await self._until_stale()
            else:
                await asyncio.sleep(retry_s)
                retry_s = min(2 * retry_s, REFRESH_S)

    async def _until_stale(self) -> None:
        await asyncio.sleep(self._pause_s)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._unknown.wait(), REFRESH_S - self._pause_s)
        self._unknown.clear()

    def _fetch(self) -> Mapping[str, Any]:
        # S310: the configuration permits http(s) only
        with urllib.request.urlopen(self._url, timeout=TIMEOUT_S) as response:  # noqa: S310
            keys = json.load(response)
        if not isinstance(keys, dict) or not isinstance(keys.get("keys"), list):
            raise ValueError("not a JSON Web Key Set")
        return keys
