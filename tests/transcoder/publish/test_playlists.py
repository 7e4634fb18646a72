"""Playlists are valid at every stage of their growth."""

import re
from itertools import pairwise

import pytest

from watchparty_transcoder.publish import playlists

DURATIONS = [4.004, 4.004, 2.5]
NAMES = ["ladder-00000.m4s", "ladder-00001.m4s", "ladder-00002.m4s"]


def grown(count: int) -> str:
    return playlists.media_playlist(
        durations=DURATIONS[:count],
        names=NAMES[:count],
        init="ladder-init.mp4",
        longest=4.004,
        complete=count == len(NAMES),
    )


def test_growing_playlist_only_grows() -> None:
    """Each state begins with all lines of the previous one; only the last is closed."""
    states = [grown(count) for count in range(1, 4)]
    for state, following in pairwise(states):
        assert following.startswith(state)
    assert ["#EXT-X-ENDLIST" in state for state in states] == [False, False, True]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_state_is_valid(count: int) -> None:
    """Header first, a map, one type, no segment longer than the target, relative names only."""
    lines = grown(count).splitlines()
    assert lines[0] == "#EXTM3U"
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in lines
    assert '#EXT-X-MAP:URI="ladder-init.mp4"' in lines
    (target,) = map(int, re.findall(r"TARGETDURATION:(\d+)", grown(count)))
    durations = [float(line[8:-1]) for line in lines if line.startswith("#EXTINF:")]
    assert durations == DURATIONS[:count]
    assert all(duration <= target for duration in durations)
    assert [line for line in lines if not line.startswith("#")] == NAMES[:count]


def test_growing_playlist_starts_at_its_beginning() -> None:
    """Otherwise a player would begin at the newest segment, as in a live stream."""
    assert "#EXT-X-START:TIME-OFFSET=0,PRECISE=YES" in grown(1)


def test_master_names_groups_that_exist() -> None:
    """A variant refers to a group only if the group has entries."""
    variant = playlists.Variant(
        uri="v360/ladder.m3u8", bandwidth=900_000, average_bandwidth=None, codecs="avc1.64001E", width=640, height=360,
        frame_rate=29.97,
    )  # fmt: skip
    choice = playlists.TrackEntry(uri="a0/audio.m3u8", language="en", label="English", default=True, channels=2)
    alone = playlists.master_playlist(variants=[variant], audio=[], subtitles=[])
    both = playlists.master_playlist(variants=[variant], audio=[choice], subtitles=[choice])
    assert "AUDIO=" not in alone
    assert "SUBTITLES=" not in alone
    assert 'AUDIO="audio",SUBTITLES="subtitles"' in both
    assert both.count("#EXT-X-MEDIA:") == 2
    assert "RESOLUTION=640x360,FRAME-RATE=29.970" in alone
    assert alone.endswith("\nv360/ladder.m3u8\n")


def test_forced_subtitles_are_selected_automatically() -> None:
    """Translations of foreign signs are shown by default; ordinary subtitles are not."""

    def line(**flags: bool) -> str:
        choice = playlists.TrackEntry(
            uri="s0/subtitles.m3u8", language="en", label="E", default=False, forced=flags.get("forced", False)
        )
        return playlists.master_playlist(variants=[], audio=[], subtitles=[choice]).splitlines()[3]

    assert "AUTOSELECT=YES,FORCED=YES" in line(forced=True)
    assert "AUTOSELECT=NO,FORCED=NO" in line()
