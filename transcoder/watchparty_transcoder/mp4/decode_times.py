"""Decode times for frames of which only the presentation times are known, or trusted. Pure.

Matroska stores no decode times. Between two IDR frames a decoder needs one frame per slot of the output, so the frames,
sorted by presentation, are the slots in which they are decoded, and decoding runs ahead of presentation by a constant.
"""

from collections.abc import Sequence

from watchparty_transcoder.errors import PlanMismatch


def decode_times(shown: Sequence[int], lead: int) -> list[int]:
    """The decode tick of each frame of a closed group. `shown`: presentation ticks, in decode order.

    The first is exactly `lead` before the first frame shown, and times increase. A frame that is reordered further than
    `lead` is decoded a little earlier. Raises PlanMismatch if that is impossible, if the first frame of the group is
    not the first one shown, or if two are shown at once.
    """
    slots = sorted(shown)
    times = [0] * len(shown)
    later = slots[-1] + 1
    for place in reversed(range(len(shown))):
        later = times[place] = min(slots[place] - lead, shown[place], later - 1)
    if shown[0] != slots[0] or times[0] != slots[0] - lead or len(set(slots)) != len(slots):
        raise PlanMismatch(f"the frames from {shown[0]} on do not fit together")
    return times


def needed_lead(shown: Sequence[int]) -> int:
    """By how many ticks decoding has to run ahead in a group of frames, so that none is late."""
    return max((slot - own for slot, own in zip(sorted(shown), shown, strict=True)), default=0)
