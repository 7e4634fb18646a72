"""Damaged and malicious files, derived from valid ones at random with a fixed seed."""

import random
from collections.abc import Iterator
from pathlib import Path

from transcoder.films import AAC, FAST_START, X264, X265, audio, make, video

SEEDS = {
    "fast.mp4": [*video("160x90", seconds=1.5), *audio(1.5), *X264, *AAC, *FAST_START],
    "plain.mp4": [*video("160x90", seconds=1.5), *audio(1.5), *X264, "-pix_fmt", "yuv422p", *AAC],
    "fragments.mp4": [
        *video("160x90", seconds=1.5),
        *audio(1.5),
        *X264,
        *AAC,
        "-movflags",
        "frag_keyframe+empty_moov",
    ],
    "hevc.mkv": [*video("160x90", seconds=1.5), *audio(1.5, layout="5.1"), *X265, "-c:a", "ac3"],
    "vp8.webm": [*video("160x90", seconds=1.5), *audio(1.5), "-c:v", "libvpx", "-cpu-used", "8", "-c:a", "libvorbis"],
    "xvid.avi": [*video("160x90", seconds=1.5), *audio(1.5), "-c:v", "mpeg4", "-c:a", "libmp3lame"],
    "mpeg2.ts": [*video("160x96", seconds=1.5), *audio(1.5), "-c:v", "mpeg2video", "-c:a", "mp2"],
    "flv1.flv": [*video("160x90", seconds=1.5), *audio(1.5, rate=44_100), "-c:v", "flv1", "-c:a", "libmp3lame"],
    "sound.mp3": [*audio(1.5), "-c:a", "libmp3lame"],
    "sound.flac": [*audio(1.5)],
}


def valid_films(folder: Path) -> list[Path]:
    return [make(folder / name, recipe) for name, recipe in SEEDS.items()]


def mutate(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Flips bits, changes bytes near the beginning, cuts off the end, moves or clears a part, or splices two files."""
    mutant = bytearray(data)
    kind = chance.choice(("bits", "head", "number", "cut", "move", "splice", "zero"))
    if kind == "bits":
        for _ in range(chance.choice((1, 10, 200))):
            mutant[chance.randrange(len(mutant))] ^= 1 << chance.randrange(8)
    elif kind == "head":
        for _ in range(chance.choice((1, 5, 20))):
            mutant[chance.randrange(min(2000, len(mutant)))] = chance.randrange(256)
    elif kind == "number":
        at = chance.randrange(len(mutant) - 4)
        mutant[at : at + 4] = chance.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\1"))
    elif kind == "cut":
        del mutant[chance.randrange(1, len(mutant)) :]
    elif kind == "move":
        length = chance.randrange(1, len(mutant) // 2)
        begin, to = chance.randrange(len(mutant) - length), chance.randrange(len(mutant) - length)
        mutant[to : to + length] = mutant[begin : begin + length]
    elif kind == "splice":
        other = chance.choice(others)
        mutant = mutant[: chance.randrange(len(mutant))] + other[chance.randrange(len(other)) :]
    else:
        begin = chance.randrange(len(mutant))
        length = chance.randrange(1, len(mutant) - begin + 1)
        mutant[begin : begin + length] = bytes(length)
    return bytes(mutant)


def mutants(folder: Path, first: int, count: int) -> Iterator[tuple[int, Path]]:
    """The mutants numbered from `first`; each depends only on its own number."""
    sources = [(path.suffix, path.read_bytes()) for path in valid_films(folder)]
    for number in range(first, first + count):
        chance = random.Random(number)
        suffix, data = chance.choice(sources)
        path = folder / f"mutant-{number}{suffix}"
        path.write_bytes(mutate(data, [other for _, other in sources], chance))
        yield number, path
