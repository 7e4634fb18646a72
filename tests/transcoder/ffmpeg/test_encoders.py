"""What each encoder is told, word for word."""

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

LIKE_ALL = {
    "profile": "high", "maxrate": "2800000", "bufsize": "5600000", "g": "60", "keyint_min": "60", "flags": "+cgop",
    "threads": "2", "colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv",
}  # fmt: skip

TOLD: dict[EncoderName, dict[str, str]] = {
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


@pytest.mark.parametrize("encoder", TOLD)
def test_flags(encoder: EncoderName) -> None:
    """Of the highest rung: the encoder's own, and those that all have."""
    words = command(encoder)
    told = {
        word.removesuffix(":v:0").removeprefix("-"): value for word, value in pairwise(words) if word.endswith(":v:0")
    }
    assert told == {**TOLD[encoder], **LIKE_ALL}


def test_pictures_reach_the_device() -> None:
    """VAAPI's encoder takes pictures of the device alone: each rung is uploaded after it was scaled."""
    words = command("vaapi")
    assert words[words.index("-init_hw_device") :][:4] == ["-init_hw_device", "vaapi=gpu", "-filter_hw_device", "gpu"]
    graph = words[words.index("-filter_complex") + 1]
    assert [step for step in graph.split(";") if "hwupload" in step] == [
        f"[v{number}]format=nv12,hwupload[u{number}]" for number in range(3)
    ]
    assert [words[at + 1] for at, word in enumerate(words) if word == "-map"] == ["[u0]", "[u1]", "[u2]"]


@pytest.mark.parametrize("encoder", ["software", "nvenc", "videotoolbox"])
def test_others_take_them_from_memory(encoder: EncoderName) -> None:
    """No device to open, no upload."""
    assert "-init_hw_device" not in command(encoder)
    assert not [word for word in command(encoder) if "hwupload" in word]


def test_hardware_makes_what_nobody_watches_yet() -> None:
    """The ladder behind a fast lane or a copy, under names of its own; never what is watched while it grows."""
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


def test_going_back_to_software_is_no_other_film() -> None:
    """The hash that marks what is done stays, so that the ladder alone is made again; and the way back is exact."""
    plan = not_copied()
    on_hardware = with_encoder(plan, "nvenc")
    assert on_hardware != plan
    assert plan_hash(on_hardware) == plan_hash(plan)
    assert with_encoder(on_hardware, SOFTWARE) == plan
    assert decode(encode(on_hardware)) == on_hardware
