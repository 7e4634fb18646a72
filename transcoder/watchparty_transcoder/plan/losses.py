"""What a film has lost, in one sentence per loss, with its times. Pure.

A film that has lost nothing gets no sentence: sound that begins later or ends a moment before the picture, and a
picture that stands still because its file has no other frame, are as their author left them.
"""

from collections.abc import Iterable, Sequence

from watchparty_transcoder.plan.models import Facts, Loss, LossKind, Stretch

NOTICED_S = 0.5
"""A shorter gap is not a loss: codecs that send nothing while it is quiet leave gaps of up to 0.4 s."""
EARLY_S = 1.0
"""Sound that ends this much before the film has ended early; encoders leave out the last fraction of a second."""
ADJACENT_S = 0.06
"""Gaps this close to each other are one: those at the ends of chunks meet at the next frame."""
NAMED_PARTS = 3
"""More gaps than these are counted, not listed."""
STILL_FRAMES = 2
LEFT_OUT = {
    "unknown sound": "The sound track “{}” has an unknown format and is left out.",
    "unknown picture": "The picture has an unknown format, so only the sound is played.",
    "second picture": "The file has a second picture ({}), which is left out.",
}

Part = tuple[float, float]
"""Seconds of the film: the beginning and the end of a stretch."""


def known_losses(facts: Facts, *, begin_s: float, end_s: float, not_shown: Sequence[str]) -> tuple[Loss, ...]:
    """What the facts already show. `begin_s`, `end_s`: the film, on the file's clock; `not_shown`: labels."""
    losses = []
    length_s = end_s - begin_s
    if facts.cut_off:
        losses.append(_end_missing(length_s))
    video = facts.video
    if video and video.duration_s * video.rate > STILL_FRAMES and end_s > video.start_s + video.duration_s + EARLY_S:
        at = video.start_s + video.duration_s - begin_s
        losses.append(
            Loss(
                kind="picture_missing",
                message=f"The picture ends at {film_time(at)}. Its last frame stays until the sound ends.",
                parts=(Stretch(begin_s=round(at, 3), end_s=round(length_s, 3)),),
            )
        )
    losses += [
        Loss(kind="track_skipped", message=LEFT_OUT[each.kind].format(each.label), track=each.label)
        for each in facts.skipped
    ]
    if not_shown:
        losses.append(subtitles_not_shown(not_shown, "are pictures"))
    return tuple(losses)


def _end_missing(length_s: float) -> Loss:
    return Loss(
        kind="end_missing",
        message=f"The film stops at {film_time(length_s)}, because the end of this file is missing: it was cut off or "
        "not copied completely. Try uploading it again.",
        parts=(Stretch(begin_s=round(length_s, 3)),),
    )


def subtitles_not_shown(labels: Sequence[str], why: str) -> Loss:
    names = ", ".join(labels)
    if len(labels) == 1:
        why = why.replace("are pictures", "are a picture each")
    return Loss(
        kind="subtitles_not_shown",
        message=f"Subtitles that {why} cannot be shown: {names}.",
        track=labels[0] if len(labels) == 1 else None,
    )


def missing_sound(parts: Iterable[Part], *, begins_s: float, length_s: float, track: str | None) -> tuple[Loss, ...]:
    """From what was not decoded of one track. `begins_s`: its first sample; `track`: its label, if there are others."""
    merged = _merged((max(begin, begins_s), min(end, length_s)) for begin, end in parts)
    early = [part for part in merged if part[1] >= length_s - ADJACENT_S]
    gaps = [part for part in merged if part not in early and part[1] - part[0] >= NOTICED_S]
    of_track = f" track “{track}”" if track else ""
    losses = []
    if gaps:
        there_is = f"The sound{of_track} is missing {_times(gaps)}, where the file is damaged or has none."
        losses.append(_loss("sound_missing", there_is, gaps, track))
    if early and early[0][1] - early[0][0] >= EARLY_S:
        at = early[0][0]
        message = f"The sound{of_track} ends at {film_time(at)}, before the film does."
        if at <= begins_s + ADJACENT_S:
            message = f"The sound{of_track} cannot be decoded, so the whole film is silent."
        losses.append(_loss("sound_missing", message, early, track))
    return tuple(losses)


def missing_picture(parts: Iterable[Part], *, begins_s: float, ends_s: float) -> tuple[Loss, ...]:
    """From what could not be decoded of the picture, which the file contains from `begins_s` to `ends_s`."""
    merged = _merged((max(begin, begins_s), min(end, ends_s)) for begin, end in parts)
    gaps = [part for part in merged if part[1] - part[0] >= NOTICED_S]
    if not gaps:
        return ()
    return (_loss("picture_missing", f"The picture is missing {_times(gaps)}, where the file is damaged.", gaps, None),)


def _loss(kind: LossKind, message: str, parts: Sequence[Part], track: str | None) -> Loss:
    stretches = tuple(Stretch(begin_s=round(begin, 3), end_s=round(end, 3)) for begin, end in parts)
    return Loss(kind=kind, message=message, track=track, parts=stretches)


def _merged(parts: Iterable[Part]) -> list[Part]:
    merged: list[Part] = []
    for begin, end in sorted(part for part in parts if part[0] < part[1]):
        if merged and begin <= merged[-1][1] + ADJACENT_S:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged


def _times(parts: Sequence[Part]) -> str:
    named = [f"from {film_time(begin)} to {film_time(max(end, begin + 1))}" for begin, end in parts[:NAMED_PARTS]]
    more = len(parts) - len(named)
    if more:
        named.append(f"in {more} more {'place' if more == 1 else 'places'}")
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def film_time(seconds: float) -> str:
    """As the page shows it: 0:04, 1:02:03."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
