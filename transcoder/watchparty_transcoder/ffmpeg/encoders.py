"""What ffmpeg has to be told so that an encoder makes H.264 that joins: one value for each encoder. Pure.

Closed groups of the planned length, nothing between them, quality under the rung's cap. What all encoders are told
alike is in `ffmpeg_command`; whether a machine has the hardware, and whether it keeps to this, `trial` finds out.
"""

from collections.abc import Callable
from dataclasses import dataclass

from watchparty_transcoder.plan.models import EncoderName, Pass, RenditionPlan

TARGET_PERCENT = 70  # of the cap, where an encoder knows no constant quality under one: what a usual film needs


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoEncoder:
    codec: str
    own_flags: Callable[[Pass, RenditionPlan], dict[str, str]]  # without "-" and the number of the stream
    device: tuple[str, ...] = ()  # what opens it
    upload: str = ""  # filters by which a picture reaches the device


def _x264(encode_pass: Pass, rendition: RenditionPlan) -> dict[str, str]:
    return {
        "preset": encode_pass.preset,
        "crf": str(rendition.crf),  # constant quality, so easy films come out small
        "sc_threshold": "0",  # a keyframe is where the grid wants it, and nowhere else
    }


def _nvenc(_lane: Pass, rendition: RenditionPlan) -> dict[str, str]:
    return {
        "preset": "p5",  # of p1, fastest, to p7: the ladder is not waited for
        "rc": "vbr",
        "cq": str(rendition.crf),  # constant quality ...
        "b": "0",  # ... instead of an average rate
        "no-scenecut": "1",
        "strict_gop": "1",
        "forced-idr": "1",
        **NO_REORDERING,
    }


def _vaapi(_lane: Pass, rendition: RenditionPlan) -> dict[str, str]:
    return {
        "rc_mode": "VBR",  # the only one under a cap that drivers of Intel and AMD have in common
        "b": str(rendition.max_rate * TARGET_PERCENT // 100),
        "idr_interval": "0",  # every keyframe starts afresh
        **NO_REORDERING,
    }


def _videotoolbox(_lane: Pass, rendition: RenditionPlan) -> dict[str, str]:
    return {"b": str(rendition.max_rate * TARGET_PERCENT // 100), **NO_REORDERING}


NO_REORDERING = {"bf": "0"}  # how many frames hardware decodes ahead differs from chip to chip; none does everywhere

ENCODERS: dict[EncoderName, VideoEncoder] = {
    "software": VideoEncoder(codec="libx264", own_flags=_x264),
    "nvenc": VideoEncoder(codec="h264_nvenc", own_flags=_nvenc),
    "vaapi": VideoEncoder(
        codec="h264_vaapi",
        own_flags=_vaapi,
        device=("-init_hw_device", "vaapi=gpu", "-filter_hw_device", "gpu"),
        upload="format=nv12,hwupload",
    ),
    "videotoolbox": VideoEncoder(codec="h264_videotoolbox", own_flags=_videotoolbox),
}
