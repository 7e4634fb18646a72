"""The programmes of a transport stream: which streams belong together (ISO 13818-1, 2.4.4). Reads the first megabytes.

libav knows the programmes, but PyAV does not report them. A broadcast multiplex contains several.
"""

from collections.abc import Iterator

from watchparty_transcoder.source.source import Source

HEAD_BYTES = 4 << 20
SYNC = 0x47
PACKET_BYTES = 188
STRIDES = (188, 192, 204)
"""Plain, with the time stamp of a recorder before each packet, with error correction after it."""
PROGRAMME_ASSOCIATION, PROGRAMME_MAP = 0x00, 0x02


def programmes(source: Source) -> tuple[frozenset[int], ...]:
    """The identifiers (PIDs) of the streams of each programme; empty where no table is found."""
    with source.open() as file:
        head = file.read(HEAD_BYTES)
    maps: dict[int, frozenset[int]] = {}  # by the PID of the table
    expected: set[int] = set()
    for pid, payload in _first_sections(head):
        section = payload[1 + payload[0] :] if payload else b""  # after the pointer
        if len(section) < 12:
            continue
        end = 3 + (int.from_bytes(section[1:3], "big") & 0xFFF) - 4  # before the checksum
        if pid == 0 and section[0] == PROGRAMME_ASSOCIATION:
            entries = range(8, min(end, len(section) - 3), 4)
            expected |= {_pid(section, at + 2) for at in entries if section[at : at + 2] != b"\0\0"}
        elif pid in expected and section[0] == PROGRAMME_MAP:
            maps.setdefault(pid, frozenset(_streams(section, end)))
    return tuple(streams for streams in maps.values() if streams)


def _first_sections(head: bytes) -> Iterator[tuple[int, bytes]]:
    """The payload of each packet that begins a unit, with its PID."""
    stride, start = _rhythm(head)
    if not stride:
        return
    for at in range(start, len(head) - PACKET_BYTES, stride):
        if head[at] != SYNC or not head[at + 1] & 0x40 or not head[at + 3] & 0x10:
            continue
        begin = at + 4 + (1 + head[at + 4] if head[at + 3] & 0x20 else 0)
        yield _pid(head, at + 1), head[begin : at + PACKET_BYTES]


def _rhythm(head: bytes) -> tuple[int, int]:
    """The distance between packets, and where the first one begins."""
    for start in range(min(STRIDES[-1], len(head))):
        for stride in STRIDES:
            if all(head[at : at + 1] == b"\x47" for at in range(start, min(len(head), start + 5 * stride), stride)):
                return stride, start
    return 0, 0


def _streams(section: bytes, end: int) -> Iterator[int]:
    at = 12 + (int.from_bytes(section[10:12], "big") & 0xFFF)
    while at + 5 <= min(end, len(section)):
        yield _pid(section, at + 1)
        at += 5 + (int.from_bytes(section[at + 3 : at + 5], "big") & 0xFFF)


def _pid(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big") & 0x1FFF
