"""What is known of a file (facts) and what will be done with it (plan), as frozen values without behaviour to speak of.

Times are seconds unless a name says otherwise; rates are exact fractions. The plan is written to the output as JSON,
so that a restarted run goes on with exactly what its predecessor began.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

LaneKind = Literal["copy", "fast", "ladder"]
EncoderName = Literal["software", "nvenc", "vaapi", "videotoolbox"]

SOFTWARE: EncoderName = "software"

AAC_FRAME = 1024  # samples in one AAC-LC frame
AAC_RATE = 48_000  # what we encode to
COPIED_SOUND_TOLERANCE_S = 0.25  # sound may end that much before the picture without being noticed
REORDER_FRAMES = 2  # x264 with a pyramid of B frames decodes two frames ahead, never more


# -- facts -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """ffmpeg's names; None where the file does not say."""

    primaries: str | None = None
    transfer: str | None = None
    matrix: str | None = None
    full_range: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyframe:
    """A place where the original can be cut: an IDR picture, so nothing after it refers to anything before it."""

    decode: int  # ticks of the stream's time base
    size: int  # bytes of coded picture from here to the next one


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    index: int
    codec: str
    profile: str = ""
    level: int = 0
    pix_fmt: str = "yuv420p"
    bit_depth: int = 8
    alpha: bool = False
    width: int  # of the coded picture, before rotation and pixel aspect
    height: int
    pixel_aspect: Fraction = Fraction(1)
    rotation: int = 0  # degrees clockwise to turn for display: 0, 90, 180, 270
    colour: Colour = Colour()
    interlaced: bool = False
    rate: Fraction  # average frames a second
    base_rate: Fraction  # lowest rate that can express every timestamp, as far as the file's start shows
    start_s: float = 0.0
    duration_s: float
    bit_rate: int = 0
    time_base: Fraction = Fraction(1, 90_000)
    reorder: int = 0  # ticks from a first frame's decode time to its presentation
    keyframes: tuple[Keyframe, ...] = ()  # empty where there is no complete index
    sample_entries: int = 1  # descriptions of the coded format; more than one changes in mid-film
    configuration: bytes = b""  # AVCDecoderConfigurationRecord
    trimmed: bool = False  # an edit list hides part of the stream


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFacts:
    index: int
    codec: str
    profile: str = ""
    sample_rate: int
    channels: int
    start_s: float = 0.0
    duration_s: float
    language: str = "und"
    title: str = ""
    default: bool = False
    configuration: bytes = b""  # AudioSpecificConfig
    largest_gap_s: float | None = None  # between frames, by an index that counts time in samples; None: not known


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitleFacts:
    index: int
    codec: str
    language: str = "und"
    title: str = ""
    default: bool = False
    forced: bool = False
    bitmap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    start_s: float
    end_s: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One uploaded file, as far as it can be known without reading it whole."""

    size_bytes: int
    demuxer: str  # forced on ffmpeg, so that nothing else in it can guess again
    seekable: bool  # starting in the middle finds a keyframe at or before the place asked for
    fragmented: bool = False
    start_s: float = 0.0  # container time at which ffmpeg's own clock says 0
    duration_s: float
    video: VideoFacts | None
    cover: int | None = None  # stream that is a picture standing for the whole
    audio: tuple[AudioFacts, ...] = ()
    subtitles: tuple[SubtitleFacts, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    warnings: tuple[str, ...] = ()


# -- plan --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Where encoded segments begin, in whole output frames: every rung and every chunk shares it."""

    rate: Fraction
    frames: int
    gop_frames: int
    starts: tuple[int, ...]  # first frame of each segment

    @property
    def timescale(self) -> int:
        """Ticks a second in which one frame is a whole number of ticks."""
        return self.rate.numerator * self.tick_multiple

    @property
    def reorder_ticks(self) -> int:
        """By how much decoding runs ahead of showing in everything that we encode."""
        return min(REORDER_FRAMES, self.frames - 1) * self.frame_ticks  # a film of one frame has nothing to reorder

    @property
    def frame_ticks(self) -> int:
        return self.rate.denominator * self.tick_multiple

    @property
    def tick_multiple(self) -> int:
        return 1 if self.rate.denominator == 1001 else 1000

    @property
    def bounds(self) -> tuple[int, ...]:
        return (*self.starts, self.frames)

    def frames_of(self, chunk: "Chunk") -> int:
        return self.bounds[chunk.end] - self.bounds[chunk.first]

    def seconds(self, frame: int) -> float:
        return float(frame / self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What has to be done to the decoded picture once, before it is scaled to each rung."""

    stream: int
    width: int  # as displayed: upright, square pixels
    height: int
    deinterlace: bool
    alpha: bool
    hdr: bool
    colour: Colour  # with what the file left unsaid filled in


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One encoded rendition."""

    name: str  # its place in the output: "v720/ladder"
    width: int
    height: int
    crf: int
    max_rate: int  # bits a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A run of segments that one ffmpeg makes."""

    first: int  # segment
    end: int  # segment after the last
    apart: bool = False  # one ffmpeg a rung, lowest first, because the first seconds are awaited


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One way through the whole film: every rung by the same preset of one encoder, or its chunks would not join."""

    kind: LaneKind
    preset: str
    rungs: tuple[Rung, ...]
    chunks: tuple[Chunk, ...]
    encoder: EncoderName = SOFTWARE

    @property
    def name(self) -> str:
        """What another encoder makes has another name: a URL never changes what it means."""
        return self.kind if self.encoder == SOFTWARE else f"{self.kind}-{self.encoder}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPlan:
    """The original's own coded picture, cut at its own keyframes."""

    name: str
    stream: int
    width: int
    height: int
    rate: Fraction
    timescale: int
    start: int  # presentation tick of the first frame in the file, which becomes 0
    reorder: int
    bit_rate: int
    configuration: bytes
    cuts: tuple[int, ...]  # presentation ticks at which a segment begins; the first is 0
    duration: int  # ticks

    @property
    def bounds(self) -> tuple[int, ...]:
        return (*self.cuts, self.duration)

    @property
    def tolerance(self) -> int:
        """Ticks by which the end may differ from the plan: a frame."""
        return round(self.timescale / self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioPlan:
    """One audio rendition; segments are whole AAC frames next to the four-second grid. Ticks are samples."""

    name: str  # "a0/audio"
    stream: int
    copied: bool
    sample_rate: int
    channels: int
    configuration: bytes
    starts: tuple[int, ...]  # tick at or after which each segment begins
    end: int  # tick
    chunks: tuple[Chunk, ...]
    language: str
    label: str
    default: bool

    @property
    def bounds(self) -> tuple[int, ...]:
        return (*self.starts, self.end)

    @property
    def tolerance(self) -> int:
        """Ticks by which the end may differ from the plan: none where we encode it."""
        return round(COPIED_SOUND_TOLERANCE_S * self.sample_rate) if self.copied else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitlePlan:
    name: str  # "s0/subtitles"
    stream: int
    codec: str
    language: str
    label: str
    default: bool
    forced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """What is done with the picture."""

    grid: Grid
    picture: Picture
    copy: CopyPlan | None
    not_copied: tuple[str, ...]  # the conditions of the gate that did not hold
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    version: int
    size_bytes: int  # of the input, to notice another file under the same name
    demuxer: str
    origin_s: float  # moment of the file, on ffmpeg's clock, that becomes 0 in every rendition
    container_origin_s: float  # the same moment on the file's own clock
    duration_s: float
    film: Film | None  # None: sound alone
    cover: int | None
    audio: tuple[AudioPlan, ...]
    subtitles: tuple[SubtitlePlan, ...]
    subtitles_not_shown: tuple[SubtitlePlan, ...]  # pictures instead of text
    chapters: tuple[Chapter, ...]
    warnings: tuple[str, ...]
