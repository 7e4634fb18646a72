"""What differs between what plain ffmpeg and our result show of the same film, one sentence each. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from transcoder.differential.seen import LEVEL_S, WHITE, Cue, Frame, Picture, Sound

SOUND_OUTLASTS_S = 2.0
"""A film ends with its picture, unless the sound is this much longer."""
EXACTLY_S = 0.002
"""A copy's times are rounded to the container's and to the playlist's units."""
SHORTEST_S = 1 / 60 - 0.0005
"""Our films have at most 60 frames a second."""
BEEP_S = 0.02
CUE_S = 0.011
"""ASS counts in hundredths of a second."""
LOSS_S = 0.2
COLOUR = 16
"""Of 255. Compression blurs; a wrong matrix or range is off by more than this in one of four colours."""
THUMBNAIL = 14
"""The mean difference of two pictures' pixels; other frames differ by more than this where anything moves."""
QUIETER, LOUDER, NOISE = 0.6, 1.5, 0.03
STEPS = 3
"""Levels that differ for a shorter time are compression."""
COPY_END_S, ENCODED_END_S = 0.26, 0.06
GAP_S, EARLY_S = 0.5, 1.0
"""From here on, missing sound and a missing end are losses; see the transcoder's `plan/losses.py`."""


@dataclass(frozen=True, slots=True)
class Loss:
    kind: str
    begin_s: float
    end_s: float | None


def length_s(reference_picture: Picture | None, sounds: Sequence[Sound]) -> float:
    """How long the film is."""
    heard_s = max((each.ends_s for each in sounds), default=0.0)
    if reference_picture is None:
        return heard_s
    ends_s = reference_picture.ends_s
    return heard_s if heard_s - ends_s > SOUND_OUTLASTS_S else ends_s


def pictures(result: Picture, expected: Picture, *, copied: bool, ends_s: float, numbered: bool) -> Iterator[str]:
    """`numbered`: the frames carry their numbers; otherwise what they show is compared."""
    if abs(result.aspect / expected.aspect - 1) > 0.04:
        yield f"shape {result.aspect:.3f}, expected {expected.aspect:.3f}"
    if copied:
        yield from _copied_frames(result, expected, numbered=numbered)
    else:
        yield from _encoded_frames(result, expected, numbered=numbered)
    step_s = _step_s(result)
    if abs(result.ends_s - ends_s) > step_s + (0.05 if copied else 0.01):
        yield f"ends at {result.ends_s:.3f}, expected at {ends_s:.3f}"
    # where sound precedes the picture, its first frame is shown, white or not
    first_s = expected.frames[0].time_s + step_s
    ours, theirs = ([at for at in each.flashes if first_s < at < ends_s] for each in (result, expected))
    yield from _moments("flashes", ours, theirs, step_s + EXACTLY_S)
    yield from _colours(result, expected)


def _step_s(picture: Picture) -> float:
    gaps = sorted(b.time_s - a.time_s for a, b in pairwise(picture.frames))
    return gaps[len(gaps) // 2] if gaps else 0.04


def _same(a: Frame, b: Frame, *, numbered: bool) -> bool:
    if numbered:
        return a.number == b.number
    return sum(abs(x - y) for x, y in zip(a.thumbnail, b.thumbnail, strict=True)) / len(a.thumbnail) < THUMBNAIL


def _copied_frames(result: Picture, expected: Picture, *, numbered: bool) -> Iterator[str]:
    if len(result.frames) != len(expected.frames):
        yield f"{len(result.frames)} frames, expected {len(expected.frames)}"
        return
    for ours, theirs in zip(result.frames, expected.frames, strict=True):
        if not _same(ours, theirs, numbered=numbered):
            yield f"frame {ours.number} at {ours.time_s:.3f}, expected {theirs.number}"
            return
        if abs(ours.time_s - theirs.time_s) > EXACTLY_S:
            yield f"frame {ours.number} at {ours.time_s:.4f}, expected at {theirs.time_s:.4f}"
            return


def _encoded_frames(result: Picture, expected: Picture, *, numbered: bool) -> Iterator[str]:
    """At a constant rate each frame is the one that is shown then; none that is shown long enough is left out."""
    step_s = _step_s(result)
    slack_s = step_s / 2 + EXACTLY_S
    shown = [expected.frames[0]]
    shown += [each for before, each in pairwise(expected.frames) if not numbered or each.number != before.number]
    begins = [each.time_s for each in shown]
    begins[0] = -1.0  # where sound precedes the picture, its first frame is shown
    ends = [*begins[1:], 1e9]
    first = 0
    seen = set()
    for ours in result.frames:
        while first < len(ends) - 1 and ends[first] < ours.time_s - slack_s:
            first += 1
        possible = first
        while possible < len(begins) and begins[possible] <= ours.time_s + slack_s:
            if _same(ours, shown[possible], numbered=numbered):
                seen.add(possible)
                break
            possible += 1
        else:
            wanted = [each.number for each in shown[first : max(first + 1, possible)]]
            yield f"frame {ours.number} at {ours.time_s:.3f}, expected one of {wanted}"
            return
    if not numbered:
        return
    # the priming of sound that precedes the picture moves it by up to half a frame, and so the last one out of the film
    last = len(begins) - (expected.frames[0].time_s > 0)
    missing = [
        shown[place].number
        for place in range(last)
        if place not in seen and min(ends[place], expected.ends_s) - max(0.0, begins[place]) >= SHORTEST_S
    ]
    if missing:
        yield f"frames {missing} are not shown"


def _moments(what: str, found: Sequence[float], expected: Sequence[float], within_s: float) -> Iterator[str]:
    if len(found) != len(expected) or any(abs(a - b) > within_s for a, b in zip(found, expected, strict=True)):
        yield f"{what} at {list(found)}, expected at {list(expected)}"


def _colours(result: Picture, expected: Picture) -> Iterator[str]:
    """Of one frame in the middle, between flashes, and whatever is shown then."""
    middle_s = expected.frames[len(expected.frames) // 2].time_s
    theirs = min(expected.frames, key=lambda each: (each.luma > WHITE, abs(each.time_s - middle_s)))
    slack_s = _step_s(result) + EXACTLY_S
    near = [each for each in result.frames if abs(each.time_s - theirs.time_s) <= slack_s] or result.frames
    ours = min(near, key=lambda each: (each.number != theirs.number, each.luma > WHITE))
    worst = max(
        abs(a - b)
        for mine, other in zip(ours.blocks, theirs.blocks, strict=True)
        for a, b in zip(mine, other, strict=True)
    )
    if worst > COLOUR:
        yield f"colours {ours.blocks}, expected {theirs.blocks}"


def sounds(result: Sound, expected: Sound, *, copied: bool, ends_s: float, tones: Sequence[int]) -> Iterator[str]:
    """`tones`: what the film's channels play while they beep."""
    last_s = min(expected.ends_s, ends_s) - (COPY_END_S if copied else ENCODED_END_S)
    beeps = [each for each in expected.beeps() if each < last_s]
    yield from _moments("beeps", [each for each in result.beeps() if each < last_s], beeps, BEEP_S)
    yield from _levels(result.levels, expected.levels, last_s)
    if tones and (at_s := _whole_beep(expected, beeps)) is not None:
        yield from _tones(result, expected, tones, at_s)


def _whole_beep(sound: Sound, beeps: Sequence[float]) -> float | None:
    """The first one that is not cut off."""
    levels = sound.levels
    loud = max(levels, default=0.0) * 0.7
    return next((at for at in beeps if min(levels[round(at / LEVEL_S) + 1 :][:4], default=0.0) > loud), None)


def _levels(result: Sequence[float], expected: Sequence[float], last_s: float) -> Iterator[str]:
    steps = min(len(expected), int(last_s / LEVEL_S))
    for wrong, places in groupby(range(2, steps), key=lambda place: _level_differs(result, expected, place)):
        found = list(places)
        if wrong and len(found) >= STEPS:
            begin, end = found[0], found[-1] + 1
            ours = max(result[begin:end], default=0.0)
            yield (
                f"loudness from {begin * LEVEL_S:.2f} to {end * LEVEL_S:.2f}: "
                f"{ours:.2f}, expected {max(expected[begin:end]):.2f}"
            )
            return


def _level_differs(result: Sequence[float], expected: Sequence[float], place: int) -> bool:
    ours = result[place] if place < len(result) else 0.0
    near = expected[max(0, place - 2) : place + 3]
    return not min(near) * QUIETER - NOISE <= ours <= max(near) * LOUDER + NOISE


def _tones(result: Sound, expected: Sound, tones: Sequence[int], at_s: float) -> Iterator[str]:
    ours, theirs = (each.tones(tones, at_s + 0.02, 0.08) for each in (result, expected))
    if len(theirs) == 1:
        theirs = theirs * len(ours)
    loudest = max(max(each) for each in theirs)
    for side, mine, other in zip(("left", "right"), ours, theirs, strict=False):
        if any(abs(a - b) > 0.25 * loudest + 0.01 for a, b in zip(mine, other, strict=True)):
            yield f"tones on the {side} {_rounded(mine)}, expected {_rounded(other)}"


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(each, 2) for each in values]


def texts(result: Sequence[Cue], expected: Sequence[Cue]) -> Iterator[str]:
    wanted = [Cue(max(0.0, each.begin_s), each.end_s, each.text) for each in expected if each.end_s > 0]
    if [each.text for each in result] != [each.text for each in wanted]:
        yield f"cues {[each.text for each in result]}, expected {[each.text for each in wanted]}"
        return
    for ours, theirs in zip(result, wanted, strict=True):
        if max(abs(ours.begin_s - theirs.begin_s), abs(ours.end_s - theirs.end_s)) > CUE_S:
            yield f"a cue from {ours.begin_s} to {ours.end_s}, expected from {theirs.begin_s:.3f} to {theirs.end_s:.3f}"


def chapters(result: Sequence[tuple[float, str]], expected: Sequence[tuple[float, str]]) -> Iterator[str]:
    same = len(result) == len(expected) and all(
        abs(a - b) < 0.003 and one == other for (a, one), (b, other) in zip(result, expected, strict=True)
    )
    if not same:
        yield f"chapters {list(result)}, expected {list(expected)}"


def expected_losses(picture: Picture | None, heard: Sequence[Sound], ends_s: float) -> list[Loss]:
    """What plain ffmpeg does not find either."""
    found = []
    for sound in heard:
        found += [
            Loss("sound_missing", begin, end)
            for begin, end in sound.gaps
            if min(end, ends_s) - begin >= GAP_S and begin < ends_s
        ]
        if ends_s - sound.ends_s >= EARLY_S:
            found.append(Loss("sound_missing", sound.ends_s, ends_s))
    if picture and ends_s - picture.ends_s > EARLY_S:
        found.append(Loss("picture_missing", picture.ends_s, ends_s))
    return found


def losses(result: Sequence[Loss], expected: Sequence[Loss]) -> Iterator[str]:
    if not _agree(result, expected):
        yield f"warned of {[_loss(each) for each in result]}, expected {[_loss(each) for each in expected]}"


def _agree(result: Sequence[Loss], expected: Sequence[Loss]) -> bool:
    if len(result) != len(expected):
        return False
    pairs = zip(sorted(result, key=_order), sorted(expected, key=_order), strict=True)
    return all(
        a.kind == b.kind
        and abs(a.begin_s - b.begin_s) <= LOSS_S
        and (a.end_s is None or b.end_s is None or abs(a.end_s - b.end_s) <= LOSS_S)
        for a, b in pairs
    )


def _order(loss: Loss) -> tuple[str, float]:
    return loss.kind, loss.begin_s


def _loss(loss: Loss) -> str:
    return f"{loss.kind} {loss.begin_s:.2f} to {'the end' if loss.end_s is None else f'{loss.end_s:.2f}'}"
