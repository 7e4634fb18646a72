"""The functions' keys, as a relay of its own process fetches them."""

import asyncio
import itertools

import pytest

from fakes.relay.key_server import key_server
from fakes.relay.tokens import TokenIssuer
from fakes.waiting import eventually_async
from watchparty_relay.errors import TokenRefused
from watchparty_relay.room_time import MachineTime
from watchparty_relay.session.join_token import TokenVerifier
from watchparty_relay.session.keys import RemoteKeys

pytestmark = pytest.mark.anyio


async def test_keys_are_kept_when_a_refresh_fails() -> None:
    """M1: a restart of the functions locks no one out."""
    issuer = TokenIssuer(MachineTime())
    with key_server(issuer) as url:
        keys, wrong = RemoteKeys(url), RemoteKeys(url.replace("jwks.json", "other"))
        await keys.refresh()
        await wrong.refresh()
    assert keys() == issuer.jwks()
    assert wrong() == {"keys": []}
    await keys.refresh()
    assert keys() == issuer.jwks()


async def test_a_new_key_is_fetched_when_a_token_names_it() -> None:
    """M1: keys rotate faster than the relays refresh: the first client is refused, and the next attempt succeeds."""
    issuer = TokenIssuer(MachineTime())
    with key_server(issuer) as url:
        keys = RemoteKeys(url, pause_s=0.01)
        verifier = TokenVerifier(keys, unknown_key=keys.unknown_key)
        refreshing = asyncio.create_task(keys.run())
        await eventually_async("the first keys", lambda: keys() == issuer.jwks())
        issuer.rotate("next")
        token, now_s = issuer.join("ana"), MachineTime().wall_ms() / 1000
        with pytest.raises(TokenRefused):
            verifier.join(token, now_s=now_s)
        await eventually_async("the next attempt", lambda: verifier.join(token, now_s=now_s).sub == "ana",
                               ignoring=(TokenRefused,))  # fmt: skip
        refreshing.cancel()


async def test_unknown_keys_do_not_make_the_relay_fetch_more_often() -> None:
    """M1: whatever tokens strangers send, there is a pause between two refreshes."""
    fetched = itertools.count()

    class Counted(RemoteKeys):
        async def refresh(self) -> bool:
            next(fetched)
            return True

    keys = Counted("", pause_s=30)
    refreshing = asyncio.create_task(keys.run())
    for _ in range(100):
        keys.unknown_key()
        await asyncio.sleep(0)
    refreshing.cancel()
    assert next(fetched) == 1
