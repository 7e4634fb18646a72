"""ffmpeg's command lines, exactly where it matters."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from transcoder.facts import audio, facts, video
from watchparty_transcoder.ffmpeg import commands
from watchparty_transcoder.plan.models import Chunk, Colour, Plan
from watchparty_transcoder.plan.plan import make_plan
from watchparty_transcoder.source.source import on_disk


def plan_of(**changes: Any) -> Plan:
    return make_plan(facts(video=video(codec="hevc", keyframes=(), **changes), audio=(audio(codec="ac3", channels=6),)))


def chunk_command(plan: Plan, first: int = 0, end: int = 5, encode_pass: int = 1) -> list[str]:
    assert plan.video
    passes = plan.video.passes[encode_pass]
    return commands.video_chunk(
        ffmpeg="ffmpeg", source=on_disk(Path("/films/a:b.mp4")), plan=plan, video=plan.video, encode_pass=passes,
        renditions=passes.renditions, chunk=Chunk(first=first, end=end), threads=2,
    )  # fmt: skip


def graph(plan: Plan, **where: int) -> str:
    command = chunk_command(plan, **where)
    return command[command.index("-filter_complex") + 1]


def after(command: list[str], flag: str) -> str:
    return command[command.index(flag) + 1]


def test_ffmpeg_sees_one_file_only() -> None:
    """Protocols, demuxer and data references are fixed before the input, and the input is a file URL."""
    command = chunk_command(plan_of())
    given = command[: command.index("-i") + 2]
    assert after(given, "-protocol_whitelist") == "file"
    assert after(given, "-f") == "mov"
    assert after(given, "-enable_drefs") == "0"
    assert given[-1] == "file:/films/a:b.mp4"
    assert "-nostdin" in given


def test_first_chunk_reads_from_the_beginning() -> None:
    """It does not seek."""
    command = chunk_command(plan_of())
    assert "-ss" not in command
    assert "setpts=PTS-0.000000/TB" in graph(plan_of())


def test_later_chunk_begins_half_a_frame_early() -> None:
    """So that rounding cannot lose its first frame, which the filter then places at 0."""
    plan = plan_of()
    assert float(after(chunk_command(plan, first=5, end=10), "-ss")) == pytest.approx(20 - 1 / 60, abs=1e-6)
    assert "setpts=PTS-0.016667/TB,fps=30/1:start_time=0" in graph(plan, first=5, end=10)


def test_every_rendition_gets_exactly_the_planned_frames() -> None:
    """The graph sets the number for all renditions; -frames would end all of them with the first."""
    command = chunk_command(plan_of())
    assert "tpad=stop=-1:stop_mode=clone,trim=end_frame=600" in graph(plan_of())
    assert not [word for word in command if word.startswith("-frames")]


def test_each_rendition_is_scaled_from_the_one_above() -> None:
    """Decoded once, corrected once, then 1080 → 720 → 480 → 360."""
    steps = graph(plan_of()).split(";")
    assert "pad=1920:1080:" in steps[0]
    assert [step.split("scale=")[1].split(":flags")[0] for step in steps[1:]] == ["1280:720", "854:480", "640:360"]
    assert steps[1].startswith("[below0]")


def test_groups_are_closed_and_at_the_same_frames_in_every_rendition() -> None:
    """Every two seconds and nowhere else, whatever happens in the film."""
    command = chunk_command(plan_of(rate=Fraction(24000, 1001), base_rate=Fraction(24000, 1001)))
    for number in range(4):
        assert after(command, f"-g:v:{number}") == after(command, f"-keyint_min:v:{number}") == "48"
        assert after(command, f"-sc_threshold:v:{number}") == "0"
        assert after(command, f"-flags:v:{number}") == "+cgop"


@pytest.mark.parametrize(
    ("changes", "filter_text"),
    [
        ({"interlaced": True}, "bwdif=mode=send_frame"),
        ({"alpha": True}, "premultiply=inplace=1"),
        ({"colour": Colour(transfer="smpte2084", primaries="bt2020", matrix="bt2020nc")}, "tonemap=hable"),
        ({"colour": Colour(transfer="arib-std-b67")}, "tin=arib-std-b67:pin=bt2020:min=bt2020nc"),
        ({"colour": Colour(full_range=True)}, "in_range=full"),
        ({"colour": Colour(matrix="smpte170m")}, "in_color_matrix=smpte170m"),
    ],
)
def test_corrections(changes: dict[str, Any], filter_text: str) -> None:
    """Each property that browsers show differently gets its filter, and no other film does."""
    assert filter_text in graph(plan_of(**changes))
    assert filter_text not in graph(plan_of())


def test_output_is_tagged() -> None:
    """BT.709, limited range, in every rendition."""
    command = chunk_command(plan_of())
    assert after(command, "-colorspace:v:3") == after(command, "-color_primaries:v:3") == "bt709"
    assert after(command, "-color_range:v:0") == "tv"


def test_private_data_is_dropped() -> None:
    """No metadata, no chapters, no other stream."""
    command = chunk_command(plan_of())
    assert after(command, "-map_metadata") == "-1"
    assert {"-an", "-sn", "-dn"} <= set(command)


def audio_command(first: int, end: int) -> list[str]:
    plan = plan_of()
    return commands.audio_chunk(
        ffmpeg="ffmpeg",
        source=on_disk(Path("/films/a.mp4")),
        plan=plan,
        track=plan.audio[0],
        chunk=Chunk(first=first, end=end),
    )


def test_audio_of_a_later_chunk_begins_earlier() -> None:
    """48 frames are encoded and discarded, so that the encoder has settled when the chunk begins."""
    plan = plan_of()
    first = plan.audio[0].starts[5]
    assert commands.audio_lead_frames(first) == 49
    assert float(after(audio_command(5, 10), "-ss")) == pytest.approx(first / 48_000 - 48 * 1024 / 48_000, abs=1e-6)


def test_audio_of_the_first_chunk_has_no_preroll() -> None:
    """Only the encoder's own frame of silence is discarded."""
    assert commands.audio_lead_frames(0) == 1
    assert "-ss" not in audio_command(0, 5)


def test_dialogue_keeps_its_level() -> None:
    """The centre channel is mixed into both sides at full level, and a limiter prevents clipping."""
    filters = after(audio_command(0, 5), "-filter_complex")
    assert "clev=1" in filters
    assert "channel_layouts=stereo" in filters
    assert "alimiter" in filters


def test_gaps_in_audio_become_silence() -> None:
    """Timestamps are respected, so that audio cannot run ahead of the video."""
    assert "aresample=48000:async=1:first_pts=0" in after(audio_command(0, 5), "-filter_complex")
