"""Hostile clients, by seed: bytes that are not frames, frames that are not messages, messages out of order.

Each case is the bytes to send after a correct upgrade, and whether the relay must close because of them.
"""

import json
import random
from dataclasses import dataclass
from typing import Any

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 0x1, 0x2, 0x0, 0x8, 0x9, 0xA
WORDS = ("ping", "cmd", "chat", "delete", "clear", "react", "typing", "report", "token", "bye", "hello", "notice", "x")
ODD: tuple[Any, ...] = (
    None,
    -1,
    0,
    1e308,
    -1e308,
    2**63,
    2**70,
    "",
    "x" * 600,
    [],
    {},
    [[]],
    True,
    "\x00",
    "\ud800",
    0.1,
)


@dataclass(frozen=True)
class Case:
    name: str
    data: bytes
    must_close: bool


def frame(opcode: int, payload: bytes, *, fin: bool = True, reserved: int = 0, masked: bool = True) -> bytes:
    """A client's frame; its mask is zero, which changes nothing and is permitted."""
    first = (0x80 if fin else 0) | reserved << 4 | opcode
    length, mask_bit = len(payload), 0x80 if masked else 0
    if length < 126:
        head = bytes((first, mask_bit | length))
    elif length < 65_536:
        head = bytes((first, mask_bit | 126)) + length.to_bytes(2, "big")
    else:
        head = bytes((first, mask_bit | 127)) + length.to_bytes(8, "big")
    return head + (bytes(4) if masked else b"") + payload


class Hostile:
    """`hello` is the text of a valid hello."""

    def __init__(self, seed: int, hello: str) -> None:
        self._chance = random.Random(seed)
        self._hello = frame(TEXT, hello.encode())
        self._kinds = [getattr(self, name) for name in dir(self) if name.startswith("case_")]

    def case(self) -> Case:
        kind = self._chance.choice(self._kinds)
        data, must_close = kind()
        return Case(kind.__name__.removeprefix("case_"), data, must_close)

    # --- not a message ---

    def case_noise(self) -> tuple[bytes, bool]:
        return self._chance.randbytes(self._chance.randint(1, 400)), False

    def case_text_that_is_not_json(self) -> tuple[bytes, bool]:
        return self._maybe_hello() + frame(TEXT, self._chance.randbytes(self._chance.randint(0, 300))), True

    def case_cut_json(self) -> tuple[bytes, bool]:
        text = self._message()
        return self._maybe_hello() + frame(TEXT, text[: self._chance.randint(0, len(text) - 1)]), True

    def case_deep_json(self) -> tuple[bytes, bool]:
        opening = self._chance.choice((b"[", b'{"t":', b'{"t":"chat","x":['))
        return self._maybe_hello() + frame(TEXT, opening * (16_000 // len(opening))), True

    def case_binary(self) -> tuple[bytes, bool]:
        return self._maybe_hello() + frame(BINARY, self._chance.randbytes(50)), True

    def case_oversized(self) -> tuple[bytes, bool]:
        size = self._chance.choice((16_385, 40_000, 70_000))
        return self._maybe_hello() + frame(TEXT, b'"' + b"x" * size + b'"'), True

    def case_endless_length(self) -> tuple[bytes, bool]:
        return self._maybe_hello() + bytes((0x81, 0xFF)) + self._chance.randbytes(8) + bytes(4), True

    # --- not a frame ---

    def case_reserved_bits(self) -> tuple[bytes, bool]:
        return self._maybe_hello() + frame(TEXT, self._message(), reserved=self._chance.randint(1, 7)), True

    def case_unmasked(self) -> tuple[bytes, bool]:
        return self._maybe_hello() + frame(TEXT, self._message(), masked=False), True

    def case_unknown_opcode(self) -> tuple[bytes, bool]:
        return self._maybe_hello() + frame(self._chance.choice((3, 4, 5, 6, 7, 11, 12, 13, 14, 15)), b"x"), True

    def case_long_control_frame(self) -> tuple[bytes, bool]:
        return self._maybe_hello() + frame(self._chance.choice((PING, PONG, CLOSE)), b"x" * 126), True

    def case_fragmented_control_frame(self) -> tuple[bytes, bool]:
        return self._maybe_hello() + frame(PING, b"x", fin=False), True

    def case_close_with_an_invalid_code(self) -> tuple[bytes, bool]:
        payload = self._chance.choice(
            (b"\x01", (999).to_bytes(2, "big"), (1005).to_bytes(2, "big"), b"\x03\xe8\xff\xfe")
        )
        return self._maybe_hello() + frame(CLOSE, payload), True

    # --- fragments ---

    def case_continuation_of_nothing(self) -> tuple[bytes, bool]:
        return self._maybe_hello() + frame(CONTINUATION, self._message(), fin=self._chance.random() < 0.5), True

    def case_text_between_fragments(self) -> tuple[bytes, bool]:
        return self._maybe_hello() + frame(TEXT, b'{"t":', fin=False) + frame(TEXT, self._message()), True

    def case_fragments_without_an_end(self) -> tuple[bytes, bool]:
        return frame(TEXT, b'"', fin=False) + frame(CONTINUATION, b"x" * 9_000, fin=False) * 10, True

    def case_valid_message_in_fragments_with_pings_in_between(self) -> tuple[bytes, bool]:
        text, pieces = self._message("typing", on=True), b""
        cuts = sorted(self._chance.sample(range(1, len(text)), 3))
        parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        for number, part in enumerate(parts):
            pieces += frame(TEXT if number == 0 else CONTINUATION, part, fin=number == len(parts) - 1)
            pieces += frame(PING, b"x") if number < len(parts) - 1 else b""
        return self._hello + pieces, False

    def case_cut_off_frame(self) -> tuple[bytes, bool]:
        data = frame(TEXT, self._message())
        return self._maybe_hello() + data[: self._chance.randint(1, len(data) - 1)], False

    # --- messages out of order, and odd ones ---

    def case_anything_before_hello(self) -> tuple[bytes, bool]:
        return frame(TEXT, self._message("cmd", cid="c", op="play", mrev=1)), True

    def case_two_hellos(self) -> tuple[bytes, bool]:
        return self._hello * 2, True

    def case_wrong_token(self) -> tuple[bytes, bool]:
        token = self._chance.choice(("x", "a.b.c", "é" * 50, "." * 500, "eyJhbGciOiJub25lIn0.e30."))
        return frame(TEXT, json.dumps({"t": "hello", "v": 1, "token": token}).encode()), True

    def case_wrong_version(self) -> tuple[bytes, bool]:
        version = self._chance.choice((0, 2, -1, 2**40))
        return frame(TEXT, json.dumps({"t": "hello", "v": version, "token": "x"}).encode()), True

    def case_odd_fields(self) -> tuple[bytes, bool]:
        fields = ("cid", "op", "mrev", "pos_s", "by_s", "rate", "text", "reply_to", "id", "emoji", "on", "token", "c")
        message = {"t": self._chance.choice(WORDS), **{name: self._chance.choice(ODD) for name in fields}}
        return self._hello + frame(TEXT, json.dumps(message).encode()), False

    def case_valid_but_senseless(self) -> tuple[bytes, bool]:
        number = self._chance.choice((-1e9, 0, 1e9, 1e300, 599.9999))
        commands = [
            {"t": "cmd", "cid": f"c{index}", "op": op, "mrev": self._chance.choice((1, 0, -5)), **fields}
            for index, (op, fields) in enumerate(
                [("seek", {"pos_s": number}), ("skip", {"by_s": number}), ("rate", {"rate": number}), ("play", {})]
            )
        ]
        return self._hello + b"".join(frame(TEXT, json.dumps(command).encode()) for command in commands), False

    def case_too_fast(self) -> tuple[bytes, bool]:
        return self._hello + frame(TEXT, b'{"t":"ping","c":1}') * 500, True

    def _maybe_hello(self) -> bytes:
        """Half of the cases begin in the room, the others before the hello."""
        return self._hello if self._chance.random() < 0.5 else b""

    def _message(self, kind: str = "", **fields: Any) -> bytes:
        return json.dumps({"t": kind or self._chance.choice(WORDS), **fields}).encode()
