"""The video codecs that are copied: how each marks a frame that a picture can be joined at, and its name. Pure."""

from collections.abc import Callable
from functools import partial

from watchparty_transcoder.mp4 import av1, avc, vp9
from watchparty_transcoder.mp4.boxes import box
from watchparty_transcoder.mp4.coded_frame import Frame
from watchparty_transcoder.mp4.writer import video_entry

H264, VP9, AV1 = "h264", "vp9", "av1"
BOXES = {H264: (b"avc1", b"avcC"), VP9: (b"vp09", b"vpcC"), AV1: (b"av01", b"av1C")}
"""The sample entry of each codec, and the box in it that holds the configuration."""

ReadFrame = Callable[[bytes], Frame]


def frame_reader(codec: str, header: bytes, width: int, height: int) -> ReadFrame | None:
    """Reads the packets of a stream with this header; None where the header lacks what is needed for a copy.

    The reader raises PlanMismatch for a frame that does not belong to the stream as its header describes it.
    """
    if codec == H264:
        sets = avc.read_sets(header)
        return partial(avc.read_frame, sets=sets) if sets else None
    if codec == AV1:
        return av1.FrameReader() if av1.is_configuration(header) else None
    return partial(vp9.read_frame, width=width, height=height) if codec == VP9 else None


def entry(codec: str, configuration: bytes, width: int, height: int) -> bytes:
    """The sample entry for frames as the reader returns them."""
    if codec == H264:
        configuration = avc.with_four_length_bytes(configuration)
    name, inside = BOXES[codec]
    return video_entry(name, box(inside, configuration), width, height)


def codec_name(init: bytes) -> str:
    """The RFC 6381 name of the video in an initialisation segment."""
    for codec, (_, inside) in BOXES.items():
        if (at := init.find(inside)) >= 0:
            record = init[at + 4 : at + 4 + 16]
            names = {VP9: vp9.codec_name, AV1: av1.codec_name}
            return names[codec](record) if codec in names else f"avc1.{record[1:4].hex().upper()}"
    raise ValueError("no known video codec")
