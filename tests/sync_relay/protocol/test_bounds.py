"""Everything that the relay accepts has a bound that every store of the functions can hold."""

import json
from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from watchparty_relay.protocol.codec import decode
from watchparty_relay.protocol.messages import Chat, ClientMessage
from watchparty_relay.protocol.notices import Notice
from watchparty_relay.session.join_token import JoinClaims, NoticeClaims

ACCEPTED = (*get_args(ClientMessage), *get_args(Notice), JoinClaims, NoticeClaims)
HUGE = ("1.7e308", "-1.7e308", "1e309", "9" * 19, "9" * 400)
REPORT = {"rev": 1, "pos_s": 0, "err_ms": 0, "unc_ms": 0, "rtt_ms": 0, "buf_s": 0, "ready": "ok", "rate": 1}


def fields_of(type_: Any, path: str) -> Iterator[tuple[str, inspect.Type]]:
    """Every number, text and list in the type, with the path of field names to it."""
    match type_:
        case inspect.StructType():
            for part in type_.fields:
                yield from fields_of(part.type, f"{path}.{part.encode_name}")
        case inspect.UnionType():
            for each in type_.types:
                yield from fields_of(each, path)
        case inspect.ListType():
            yield path, type_
            yield from fields_of(type_.item_type, f"{path}[]")
        case _:
            yield path, type_


@pytest.mark.parametrize("message", ACCEPTED, ids=lambda type_: type_.__name__)
def test_every_field_of_an_accepted_message_is_bounded(message: type) -> None:
    """Numbers at both ends, texts by length; there is no field of any other shape."""
    for path, field in fields_of(inspect.type_info(message), message.__name__):
        match field:
            case inspect.IntType():
                assert field.ge is not None, path
                assert field.le is not None, path
                assert -(2**63) <= field.ge <= field.le < 2**63, path
            case inspect.FloatType():
                assert field.ge is not None, path
                assert field.le is not None, path
            case inspect.StrType():
                assert field.max_length is not None, path
            case inspect.ListType():
                assert field.max_length is not None, path
            case _:
                simple = (inspect.BoolType, inspect.NoneType, inspect.EnumType, inspect.LiteralType)
                assert isinstance(field, simple), (path, field)


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize("name", ["rev", "pos_s", "err_ms", "unc_ms", "rtt_ms", "buf_s", "rate"])
def test_a_huge_number_is_malformed(name: str, number: str) -> None:
    """It would become Infinity in a calculation, which no database stores as JSON."""
    text = json.dumps({"t": "report", **REPORT, "visible": True, name: 0.125}).replace("0.125", number)
    with pytest.raises(msgspec.ValidationError):
        decode(text)


@pytest.mark.parametrize("text", ["a\0b", "a\nb", "\x7f"])
def test_ids_have_no_control_characters(text: str) -> None:
    """PostgreSQL stores no NUL."""
    with pytest.raises(msgspec.ValidationError):
        decode(json.dumps({"t": "delete", "cid": "c", "id": text}))
    with pytest.raises(msgspec.ValidationError):
        decode(json.dumps({"t": "delete", "cid": text, "id": "i"}))


@given(st.text(st.characters(codec=None)))
def test_lone_surrogates_are_no_text(text: str) -> None:
    """UTF-8 has no encoding for them, so they are refused before anything is stored."""
    try:
        message = decode(json.dumps({"t": "chat", "cid": "c", "text": text}))
    except (msgspec.MsgspecError, UnicodeError):
        return
    assert isinstance(message, Chat)
    assert message.text.encode().decode() == text
