"""The functions' public keys, fetched and refreshed in the background when the relay is served alone.

Sessions use the last successful response and never wait for the network; a failed refresh keeps the known keys.
"""

import asyncio
import json
import logging
import urllib.request
from collections.abc import Mapping
from typing import Any

log = logging.getLogger(__name__)

REFRESH_S = 60.0
RETRY_S = 0.5
"""After a failure, doubled up to REFRESH_S: until it has keys, a relay refuses everyone."""
TIMEOUT_S = 5.0


class RemoteKeys:
    """Callable as the `jwks` of `bootstrap.build_relay`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._known: Mapping[str, Any] = {"keys": []}

    def __call__(self) -> Mapping[str, Any]:
        return self._known

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
                await asyncio.sleep(REFRESH_S)
            else:
                await asyncio.sleep(retry_s)
                retry_s = min(2 * retry_s, REFRESH_S)

    def _fetch(self) -> Mapping[str, Any]:
        # S310: the configuration permits http(s) only
        with urllib.request.urlopen(self._url, timeout=TIMEOUT_S) as response:  # noqa: S310
            keys = json.load(response)
        if not isinstance(keys, dict) or not isinstance(keys.get("keys"), list):
            raise ValueError("not a JSON Web Key Set")
        return keys
