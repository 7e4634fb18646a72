"""The exact flags of each encoder."""

from itertools import pairwise

import pytest

from transcoder.facts import facts, video
from watchparty_transcoder.ffmpeg import commands
from watchparty_transcoder.plan.models import SOFTWARE, Chunk, EncoderName, Pass, Plan
from watchparty_transcoder.plan.plan import (
    background_ladder,
    decode,
    encode,
    make_plan,
    pass_with_encoder,
    plan_hash,
    with_encoder,
)

SHARED_FLAGS = {
    "profile": "high", "maxrate": "2800000", "bufsize": "5600000", "g": "60", "keyint_min": "60", "flags": "+cgop",
    "threads": "2", "colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv",
}  # fmt: skip

OWN_FLAGS: dict[EncoderName, dict[str, str]] = {
    "software": {"c": "libx264", "preset": "veryfast", "crf": "23", "sc_threshold": "0"},
    "nvenc": {
        "c": "h264_nvenc", "preset": "p5", "rc": "vbr", "cq": "23", "b": "0",
        "no-scenecut": "1", "strict_gop": "1", "forced-idr": "1", "bf": "0",
    },
    "vaapi": {"c": "h264_vaapi", "rc_mode": "VBR", "b": "1960000", "idr_interval": "0", "bf": "0"},
    "videotoolbox": {"c": "h264_videotoolbox", "b": "1960000", "bf": "0"},
}  # fmt: skip


def not_copied() -> Plan:
    return make_plan(facts(video=video(codec="hevc", keyframes=(), width=1280, height=720)))


def ladder_of(plan: Plan) -> Pass:
    assert plan.video
    ladder = background_ladder(plan.video)
    assert ladder
    return ladder


def command(encoder: EncoderName) -> list[str]:
    plan = not_copied()
    assert plan.video
    encode_pass = pass_with_encoder(ladder_of(plan), encoder)
    return commands.black_chunk(
        ffmpeg="ffmpeg",
        video=plan.video,
        encode_pass=encode_pass,
        renditions=encode_pass.renditions,
        chunk=Chunk(first=0, end=5),
        threads=2,
    )


@pytest.mark.parametrize("encoder", OWN_FLAGS)
def test_flags(encoder: EncoderName) -> None:
    """For the highest rendition: the encoder's own flags, and the shared ones."""
    arguments = command(encoder)
    flags = {
        argument.removesuffix(":v:0").removeprefix("-"): value
        for argument, value in pairwise(arguments)
        if argument.endswith(":v:0")
    }
    assert flags == {**OWN_FLAGS[encoder], **SHARED_FLAGS}


def test_frames_are_uploaded_to_the_device() -> None:
    """VAAPI's encoder only takes frames on the device, so each rendition is uploaded after scaling."""
    arguments = command("vaapi")
    assert arguments[arguments.index("-init_hw_device") :][:4] == [
        "-init_hw_device",
        "vaapi=gpu",
        "-filter_hw_device",
        "gpu",
    ]
    graph = arguments[arguments.index("-filter_complex") + 1]
    assert [step for step in graph.split(";") if "hwupload" in step] == [
        f"[v{number}]format=nv12,hwupload[u{number}]" for number in range(3)
    ]
    assert [arguments[at + 1] for at, argument in enumerate(arguments) if argument == "-map"] == [
        "[u0]",
        "[u1]",
        "[u2]",
    ]


@pytest.mark.parametrize("encoder", ["software", "nvenc", "videotoolbox"])
def test_other_encoders_read_from_memory(encoder: EncoderName) -> None:
    """They open no device and upload nothing."""
    assert "-init_hw_device" not in command(encoder)
    assert not [argument for argument in command(encoder) if "hwupload" in argument]


def test_hardware_encodes_the_background_ladder_only() -> None:
    """The ladder after a fast pass or a copy, under separate names; never a pass that is watched while it grows."""
    behind_fast = with_encoder(not_copied(), "nvenc").video
    assert behind_fast
    assert [(encode_pass.kind, encode_pass.encoder) for encode_pass in behind_fast.passes] == [
        ("fast", SOFTWARE),
        ("ladder", "nvenc"),
    ]
    assert [rendition.name for encode_pass in behind_fast.passes for rendition in encode_pass.renditions] == [
        "v720/fast", "v360/fast", "v720/ladder-nvenc", "v480/ladder-nvenc", "v360/ladder-nvenc",
    ]  # fmt: skip
    behind_copy = with_encoder(make_plan(facts()), "vaapi").video
    assert behind_copy
    assert behind_copy.copy
    assert [encode_pass.encoder for encode_pass in behind_copy.passes] == ["vaapi"]
    leading = make_plan(facts(video=video(codec="hevc", keyframes=(), width=640, height=360)))
    assert with_encoder(leading, "nvenc") == leading
    only_sound = make_plan(facts(video=None))
    assert with_encoder(only_sound, "nvenc") == only_sound


def test_going_back_to_software_keeps_the_hash() -> None:
    """The markers stay valid, so that only the ladder is encoded again, and the plan is restored exactly."""
    plan = not_copied()
    on_hardware = with_encoder(plan, "nvenc")
    assert on_hardware != plan
    assert plan_hash(on_hardware) == plan_hash(plan)
    assert with_encoder(on_hardware, SOFTWARE) == plan
    assert decode(encode(on_hardware)) == on_hardware
