"""Any text becomes a message or one of three errors, never anything else."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchparty_relay.protocol.codec import Incoming, decode, encode
from watchparty_relay.protocol.messages import Bye, Ping
from watchparty_relay.protocol.notices import MuteNotice, NoticeAck

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=6),
    max_leaves=20,
)
TYPES = ["hello", "ping", "cmd", "chat", "delete", "clear", "react", "typing", "report", "token", "bye", "notice"]
FIELDS = ["cid", "op", "mrev", "pos_s", "text", "token", "v", "c", "kind", "id", "room", "on", "emoji", "resume"]
ALMOST_VALID = st.builds(
    lambda t, fields: json.dumps({"t": t, **fields}),
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=8),
)


def is_message(text: str | bytes) -> bool:
    try:
        message: Any = decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False
    return isinstance(message, Incoming)


@given(st.text() | st.binary() | ALMOST_VALID | JSON.map(json.dumps))
def test_any_input_is_a_message_or_refused(text: str | bytes) -> None:
    """C2: nothing else reaches the session."""
    is_message(text)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, '{"t":"ping","c":1e999}', '{"t":"ping","c":NaN}'])
def test_deep_and_endless_values_are_refused(text: str) -> None:
    """C2: without exhausting the stack, and without infinities in the clock's arithmetic."""
    assert not is_message(text)


def test_messages_and_notices_are_decoded_before_the_sender_is_known() -> None:
    """M5: a function may send its notice together with its hello."""
    assert decode('{"t":"ping","c":1}') == Ping(c=1.0)
    assert decode('{"t":"bye","more":"from a newer peer"}') == Bye()
    notice = '{"t":"notice","kind":"mute","id":"n","room":"r","participant_id":"p","mver":1,"muted":true}'
    assert isinstance(decode(notice), MuteNotice)
    assert encode(NoticeAck(id="n")) == b'{"t":"ack","id":"n"}'
