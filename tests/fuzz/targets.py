"""For each reader of foreign bytes a function that takes any bytes and fails only if the reader is wrong.

A reader may refuse with its own error. Any other exception, and every property that is asserted here, is a finding.
`python -m fuzz` searches for one by coverage; test_corpora.py repeats what is kept under corpus/.
"""

import io
import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import msgspec

from cloud.cdn import BadSignature, Cdn
from fakes.relay.tokens import ManualTime, TokenIssuer
from fuzz.home_server import answer
from watchparty_api.errors import Invalid, Unauthenticated
from watchparty_api.identity.keys import KeyedHash, Keys, new_family, parse_family
from watchparty_api.identity.tokens import TokenSigner, token_type
from watchparty_api.ports.playback_signing import CdnCookies, Grant, HmacGrants
from watchparty_api.videos.subtitles.formats import read
from watchparty_api.videos.subtitles.webvtt import preview, to_webvtt
from watchparty_relay.errors import TokenRefused
from watchparty_relay.protocol.codec import decode, encode
from watchparty_relay.session.join_token import TokenVerifier
from watchparty_transcoder.errors import ToolFailed
from watchparty_transcoder.mp4.reader import adts_frames, read_stream
from watchparty_transcoder.plan.labels import language_tag, track_labels
from watchparty_transcoder.probe.mp4_tables import read_tables
from watchparty_transcoder.publish.playlists import TrackEntry, Variant, master_playlist
from watchparty_transcoder.source.source import Source

NOW = datetime(2026, 11, 30, 20, tzinfo=UTC)


def text_of(data: bytes) -> str:
    """Any text that a JSON document can contain, lone surrogates included."""
    return data.decode("utf-8", "surrogatepass" if _is_text(data) else "surrogateescape")


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def fields(data: bytes) -> list[str]:
    """Texts, each after a byte with its length."""
    found, at = [], 0
    while at < len(data):
        end = at + 1 + data[at]
        found.append(text_of(data[at + 1 : end]))
        at = end
    return found


_time = ManualTime(NOW.timestamp() * 1000)
_issuer = TokenIssuer(_time)
_verifier = TokenVerifier(_issuer.jwks)
_families = {name: parse_family(name, new_family(name)) for name in ("access", "join", "notice")}
_hash = KeyedHash(b"0" * 32)
_signer = TokenSigner(
    Keys(access=_families["access"], join=_families["join"], notice=_families["notice"], keyed_hash=_hash)
)


def token(data: bytes) -> None:
    """An unsigned token is never accepted, and a signed one whose claims are nonsense is refused like any other.

    Input that begins with `{` is signed with the right key first.
    """
    given = text_of(data)
    signed = data.startswith(b"{")
    if signed:
        try:
            claims = json.loads(given)
        except (ValueError, RecursionError):
            return
        with suppress(UnicodeEncodeError):  # not JSON that could have been signed
            given = _issuer.join(
                "ana", **{str(name): each for name, each in claims.items() if name != "participant_id"}
            )
    token_type(given)
    _verifier.is_notice(given)
    for verify in (_verifier.join, _verifier.notice):
        with suppress(TokenRefused):
            verify(given, now_s=NOW.timestamp())
            assert signed, "an unsigned token was accepted"
    for check in (_signer.verify_access, _signer.verify_join):
        with suppress(Unauthenticated):
            check(given, NOW)
            raise AssertionError("a token of another key was accepted")


def frame(data: bytes) -> None:
    """A message is read or refused as one, and what was read is written as it was. As frames of an open WebSocket
    the same bytes raise nothing.
    """
    answer(data, upgraded=True)
    try:
        message = decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return
    assert decode(encode(message)) == message  # type: ignore[arg-type]  # a client's message


def http_head(data: bytes) -> None:
    """A home server answers or closes; nothing is raised in its event loop, and its answers are HTTP."""
    answer(data)


def webvtt(data: bytes) -> None:
    """A file is refused, or rewritten as WebVTT that reads the same again, and whose preview exists."""
    try:
        written = to_webvtt(data)
    except Invalid:
        return
    cues = read(written)
    assert cues, "what we wrote has no cue"
    again = read(to_webvtt(b"\xef\xbb\xbf" + written.encode()))
    assert [(cue.start_ms, cue.end_ms) for cue in again] == [(cue.start_ms, cue.end_ms) for cue in cues]
    assert preview(data)
    assert "\0" not in written
    assert all(0 <= cue.start_ms < cue.end_ms for cue in cues)


def mp4(data: bytes) -> None:
    """Foreign tables and ffmpeg's output: read, or refused as damaged; never more samples than bytes."""
    source = Source(url="fuzz", protocols="file", open=lambda: io.BytesIO(data), size_bytes=lambda: len(data))
    read_tables(source)
    with suppress(ToolFailed):
        samples = [each for each in read_stream(io.BytesIO(data)) if isinstance(each, tuple)]
        assert len(samples) <= len(data)
    with suppress(ToolFailed):
        list(adts_frames(io.BytesIO(data)))


_QUOTED = re.compile(r'"[^"\r\n]*"')
_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s]+)(?:,|$)')


def playlist(data: bytes) -> None:
    """Titles and languages of a foreign file cannot break out of their attribute, and names in a group differ."""
    texts = [each.encode("utf-8", "replace").decode() for each in fields(data)]  # libav replaces what is no text
    titles = list(zip(texts[::2], texts[1::2], strict=False))[:16]
    entries = [
        TrackEntry(uri=f"s{number}/text.m3u8", language=language_tag(language), label=label, default=number == 0)
        for number, (label, (_, language)) in enumerate(zip(track_labels(titles), titles, strict=True))
    ]
    variant = Variant(uri="v/copy.m3u8", bandwidth=1, average_bandwidth=None, codecs="avc1.640028")
    written = master_playlist(variants=[variant], audio=entries, subtitles=())
    written.encode()
    lines = written.splitlines()
    media = [line.removeprefix("#EXT-X-MEDIA:") for line in lines if line.startswith("#EXT-X-MEDIA:")]
    assert len(media) == len(titles)
    assert len(lines) == 3 + len(titles) + 2, "a title ended its line"
    for line in media:
        pairs = _ATTRIBUTE.findall(line)
        assert _ATTRIBUTE.sub("", line) == "", line
        assert [name for name, _ in pairs][:4] == ["TYPE", "GROUP-ID", "NAME", "LANGUAGE"], line
    names = [dict(_ATTRIBUTE.findall(line))["NAME"] for line in media]
    assert len(set(names)) == len(names), f"two tracks have one name: {names}"
    assert all(name.strip('" ') for name in names)


_grants = HmacGrants(_hash)
_cdn_key = bytes(range(16))
_cookies = CdnCookies("https://watch.example", key_name="k1", key=_cdn_key, texts=_grants)


def cdn_cookie(data: bytes) -> None:
    """Cloud CDN accepts our cookie for its film alone, and no foreign text is a cookie or a grant."""
    given = text_of(data)
    assert _grants.read(given, now=NOW) is None
    cdn = Cdn({"k1": _cdn_key}, 0, NOW.timestamp)
    with suppress(BadSignature):
        assert not cdn.is_signed("https://watch.example/media/film/a", f"Cloud-CDN-Cookie={given}"), "a forged cookie"
    texts = fields(data)
    video_id, other = (re.sub(r"[^A-Za-z0-9_-]", "", each) for each in [*texts, "", ""][:2])
    grant = Grant(video_id or "film", "ana", None, NOW + timedelta(seconds=1 + len(data)))
    cookie = f"Cloud-CDN-Cookie={_cookies.cookie(grant).value}"
    assert cdn.is_signed(f"https://watch.example/media/{grant.video_id}/x.m4s", cookie)
    assert _grants.read(_cookies.text(grant), now=NOW) == grant
    if other and other != grant.video_id:
        with suppress(BadSignature):
            cdn.is_signed(f"https://watch.example/media/{other}/x.m4s", cookie)
            raise AssertionError("the cookie of another film was accepted")


TARGETS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each for each in (token, frame, http_head, webvtt, mp4, playlist, cdn_cookie)
}
