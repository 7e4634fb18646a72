"""The flags with which each encoder produces H.264 whose chunks join: one value per encoder. Pure.

Closed groups of the planned length, no other keyframes, and quality below the rendition's cap. The flags that all
encoders share are in `commands`; `hardware_trial` finds out whether a machine has the hardware, and whether it obeys.
"""

from collections.abc import Callable
from dataclasses import dataclass

from watchparty_transcoder.plan.models import EncoderName, Pass, RenditionPlan

TARGET_PERCENT = 70
"""Of the cap, for encoders without constant quality below a cap: what a typical film needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoEncoder:
    codec: str
    own_flags: Callable[[Pass, RenditionPlan], dict[str, str]]  # without "-" and the stream number
    device: tuple[str, ...] = ()  # the arguments that open it
    upload: str = ""  # filters that upload frames to the device


def _x264(encode_pass: Pass, rendition: RenditionPlan) -> dict[str, str]:
    return {
        "preset": encode_pass.preset,
        "crf": str(rendition.crf),  # constant quality, so that undemanding films become small
        "sc_threshold": "0",  # keyframes only where the grid has them
    }


def _nvenc(_encode_pass: Pass, rendition: RenditionPlan) -> dict[str, str]:
    return {
        "preset": "p5",  # from p1, fastest, to p7; no viewer waits for the ladder
        "rc": "vbr",
        "cq": str(rendition.crf),  # constant quality ...
        "b": "0",  # ... instead of an average rate
        "no-scenecut": "1",
        "strict_gop": "1",
        "forced-idr": "1",
        **NO_REORDERING,
    }


def _vaapi(_encode_pass: Pass, rendition: RenditionPlan) -> dict[str, str]:
    return {
        "rc_mode": "VBR",  # the only capped mode that the drivers of Intel and AMD have in common
        "b": str(rendition.max_rate * TARGET_PERCENT // 100),
        "idr_interval": "0",  # every keyframe is an IDR frame
        **NO_REORDERING,
    }


def _videotoolbox(_encode_pass: Pass, rendition: RenditionPlan) -> dict[str, str]:
    return {"b": str(rendition.max_rate * TARGET_PERCENT // 100), **NO_REORDERING}


NO_REORDERING = {"bf": "0"}
"""Chips differ in how many frames they decode ahead; all support none."""

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
