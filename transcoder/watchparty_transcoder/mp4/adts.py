"""AAC-LC in ADTS frames (ISO 14496-3, 1.A.3), as transport streams store it. Pure.

MP4 has the header once, as an AudioSpecificConfig, and the frames without it.
"""

from watchparty_transcoder.errors import PlanMismatch

RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350)
LC = 2
HEADER_BYTES, CHECKSUM_BYTES = 7, 2


def configuration(sample_rate: int, channels: int) -> bytes:
    """The AudioSpecificConfig of AAC-LC; empty for a rate that has no index."""
    if sample_rate not in RATES:
        return b""
    return (LC << 11 | RATES.index(sample_rate) << 7 | channels << 3).to_bytes(2, "big")


def without_header(frame: bytes, planned: bytes) -> bytes:
    """The one block of an ADTS frame. Raises PlanMismatch where the header does not agree with `planned`."""
    if len(frame) <= HEADER_BYTES or frame[0] != 0xFF or frame[1] & 0xF6 != 0xF0:
        raise PlanMismatch("no ADTS frame")
    length = (frame[3] & 3) << 11 | frame[4] << 3 | frame[5] >> 5
    object_type, rate, channels = (frame[2] >> 6) + 1, frame[2] >> 2 & 15, (frame[2] & 1) << 2 | frame[3] >> 6
    own = (object_type << 11 | rate << 7 | channels << 3).to_bytes(2, "big")
    if length != len(frame) or frame[6] & 3 or own != planned:
        raise PlanMismatch("another ADTS frame than planned")
    return frame[HEADER_BYTES + (0 if frame[1] & 1 else CHECKSUM_BYTES) :]
