"""VP9 as MP4 stores it: frames as they are, and a configuration that the container has to state. Pure.

Reads the uncompressed header of a frame only as far as its size (VP9 Bitstream & Decoding Process Specification 0.6,
section 6.2). After a key frame nothing refers to an earlier frame.
"""

from dataclasses import dataclass
from fractions import Fraction

from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.mp4.coded_frame import Bits, Frame

SYNC_CODE = 0x498342
RGB = 7
UNSPECIFIED = 2
"""Of ITU-T H.273: a player guesses by the size of the picture."""
FULL_BOX = b"\x01\x00\x00\x00"
"""Version 1 and no flags: the first bytes of a VPCodecConfigurationBox."""
LEVELS = (
    (10, 829_440, 36_864),
    (11, 2_764_800, 73_728),
    (20, 4_608_000, 122_880),
    (21, 9_216_000, 245_760),
    (30, 20_736_000, 552_960),
    (31, 36_864_000, 983_040),
    (40, 83_558_400, 2_228_224),
    (41, 160_432_128, 2_228_224),
    (50, 311_951_360, 8_912_896),
    (51, 588_251_136, 8_912_896),
)
"""Level, luma samples per second and per picture (webmproject.org/vp9/levels). Matroska does not state the level."""


@dataclass(frozen=True, slots=True)
class KeyFrame:
    width: int
    height: int


def read_frame(packet: bytes, width: int, height: int) -> Frame:
    """Raises PlanMismatch where a key frame changes the size of the picture, or the packet is no frame of profile 0."""
    key = key_frame(packet)
    if key and (key.width, key.height) != (width, height):
        raise PlanMismatch("the size of the picture changes")
    return Frame(packet, key is not None)


def key_frame(packet: bytes) -> KeyFrame | None:
    """None for any other frame. Raises PlanMismatch for what is not VP9 of profile 0."""
    bits = Bits(packet[:16])
    try:
        marker, profile = bits.read(2), bits.read(1) | bits.read(1) << 1
        if marker != 2 or profile:
            raise PlanMismatch("not a frame of VP9's profile 0")
        if bits.read(1) or bits.read(1):  # shows an existing frame; not a key frame
            return None
        bits.read(2)  # show_frame, error_resilient_mode
        if bits.read(24) != SYNC_CODE or bits.read(3) == RGB:
            raise PlanMismatch("not a key frame of VP9's profile 0")
        bits.read(1)  # color_range
        return KeyFrame(bits.read(16) + 1, bits.read(16) + 1)
    except EOFError as error:
        raise PlanMismatch("a damaged frame") from error


def configuration(
    width: int, height: int, rate: Fraction, colour: tuple[int, int, int] = (UNSPECIFIED,) * 3, *, full_range: bool
) -> bytes:
    """The VPCodecConfigurationBox for 8 bits and 4:2:0. `colour`: primaries, transfer and matrix of ITU-T H.273."""
    size = width * height
    level = next((name for name, samples, picture in LEVELS if size * rate <= samples and size <= picture), 52)
    colocated = 1
    return FULL_BOX + bytes([0, level, 8 << 4 | colocated << 1 | full_range, *colour, 0, 0])


def codec_name(record: bytes) -> str:
    """As RFC 6381 and the VP codec binding write it."""
    return f"vp09.{record[4]:02d}.{record[5]:02d}.{record[6] >> 4:02d}"
