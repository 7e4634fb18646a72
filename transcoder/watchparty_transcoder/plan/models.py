"""What is known about a file (facts) and what is done with it (the plan), as frozen values.

Times are seconds unless a name says otherwise; rates are exact fractions. The plan is stored as JSON beside the output,
so that a restarted run continues with exactly what its predecessor began. Its JSON names are fixed, because plans of
earlier versions have to stay readable: a field that was renamed in code states its stored name.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from msgspec import Struct, field

PassKind = Literal["copy", "fast", "ladder"]
LossKind = Literal["sound_missing", "picture_missing", "end_missing", "track_skipped", "subtitles_not_shown"]
EncoderName = Literal["software", "nvenc", "vaapi", "videotoolbox"]

SOFTWARE: EncoderName = "software"

H264 = "h264"
IMAGE_SUBTITLES = ("hdmv_pgs_subtitle", "dvd_subtitle")
AAC_FRAME = 1024  # samples per AAC-LC frame
AAC_RATE = 48_000
"""The sample rate that audio is encoded to."""
COPIED_AUDIO_TOLERANCE_S = 0.25
"""Audio that ends this much before the video is not noticed."""
PRESENTED_TOLERANCE_S = 2
"""By which the end may differ from a container's header: as long, the last frame is shown."""
REORDER_FRAMES = 2
"""x264 with a pyramid of B frames decodes two frames ahead, never more."""


# -- facts -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """ffmpeg's names; None where the file does not specify one."""

    primaries: str | None = None
    transfer: str | None = None
    matrix: str | None = None
    full_range: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyframe:
    """A cut point of the original: an IDR frame, so that no later frame refers to an earlier one."""

    decode: int  # ticks of the stream's time base
    bytes_to_next: int  # coded video from here to the next cut point; in Matroska with all that is between them


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    index: int
    codec: str
    profile: str = ""
    level: int = 0
    pix_fmt: str = "yuv420p"
    bit_depth: int = 8
    alpha: bool = False
    width: int  # of the coded frame, before rotation and pixel aspect
    height: int
    pixel_aspect: Fraction = Fraction(1)
    rotation: int = 0  # degrees clockwise to turn for display: 0, 90, 180, 270
    colour: Colour = Colour()
    interlaced: bool = False
    rate: Fraction  # average frames per second
    base_rate: Fraction  # lowest rate that can express every timestamp, judged by the start of the file
    start_s: float = 0.0
    duration_s: float
    bit_rate: int = 0
    time_base: Fraction = Fraction(1, 90_000)
    reorder: int = 0  # ticks from the first frame's decode time to its presentation
    keyframes: tuple[Keyframe, ...] = ()  # empty where there is no complete index
    sample_entries: int = 1  # descriptions of the coded format; with more than one, the format changes mid-film
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
    largest_gap_s: float | None = None  # between frames, from an index that counts time in samples; None: unknown
    positions: tuple[str, ...] = ()  # of the channels: FL, FR, AMBI0, …; NONE where the file does not say


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
class SkippedTrack:
    """A track that does not become part of the film."""

    kind: Literal["unknown sound", "unknown picture", "second picture"]
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One uploaded file, as far as it can be known without reading all of it."""

    size_bytes: int
    demuxer: str  # forced on ffmpeg, so that it does not guess again
    seekable: bool  # a seek finds the keyframe at or before the requested time
    fed: bool = False  # ffmpeg is given its streams one by one, with times that we have corrected
    fragmented: bool = False
    start_s: float = 0.0  # container time at which ffmpeg's own clock is 0
    duration_s: float
    video: VideoFacts | None
    cover: int | None = None  # the stream with cover art
    audio: tuple[AudioFacts, ...] = ()
    subtitles: tuple[SubtitleFacts, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    cut_off: bool = False  # its end is missing
    skipped: tuple[SkippedTrack, ...] = ()


# -- plan --------------------------------------------------------------------------------------------------------------


class Chunk(Struct, frozen=True, kw_only=True):
    """A run of consecutive segments that one ffmpeg encodes."""

    first: int  # segment
    end: int  # segment after the last
    per_rendition: bool = field(name="apart", default=False)
    """One ffmpeg per rendition, the lowest first, because viewers wait for these segments."""


class Grid(Struct, frozen=True, kw_only=True):
    """Where encoded segments begin, in whole output frames; shared by every rendition and every chunk."""

    rate: Fraction
    frames: int
    gop_frames: int
    starts: tuple[int, ...]  # first frame of each segment

    @property
    def timescale(self) -> int:
        """Ticks per second, chosen so that a frame is a whole number of ticks."""
        return self.rate.numerator * self.tick_multiple

    @property
    def reorder_ticks(self) -> int:
        """By how much decoding runs ahead of presentation in everything that we encode."""
        return min(REORDER_FRAMES, self.frames - 1) * self.frame_ticks  # a single frame cannot be reordered

    @property
    def frame_ticks(self) -> int:
        return self.rate.denominator * self.tick_multiple

    @property
    def tick_multiple(self) -> int:
        return 1 if self.rate.denominator == 1001 else 1000

    @property
    def bounds(self) -> tuple[int, ...]:
        return (*self.starts, self.frames)

    def frames_of(self, chunk: Chunk) -> int:
        return self.bounds[chunk.end] - self.bounds[chunk.first]

    def seconds(self, frame: int) -> float:
        return float(frame / self.rate)


class DecodedVideo(Struct, frozen=True, kw_only=True):
    """The decoded frames, and what has to be corrected once before they are scaled to each rendition."""

    stream: int
    width: int  # as displayed: upright, square pixels
    height: int
    deinterlace: bool
    alpha: bool
    hdr: bool
    colour: Colour  # with what the file left unspecified filled in


class RenditionPlan(Struct, frozen=True, kw_only=True):
    """One encoded rendition."""

    name: str  # the start of its file names: "v720/ladder"
    width: int
    height: int
    crf: int
    max_rate: int  # bits per second


class Pass(Struct, frozen=True, kw_only=True):
    """One encode of the whole film: all renditions use the same encoder and preset, or their chunks would not join."""

    kind: PassKind
    preset: str
    renditions: tuple[RenditionPlan, ...] = field(name="rungs")
    chunks: tuple[Chunk, ...]
    encoder: EncoderName = SOFTWARE

    @property
    def name(self) -> str:
        """Another encoder's output has another name: a URL never changes its meaning."""
        return self.kind if self.encoder == SOFTWARE else f"{self.kind}-{self.encoder}"


class CopyPlan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The original's own coded video, cut at its own keyframes.

    With `presented`, only the presentation times of its frames count, and segments begin at the IDR frames that are
    found while the film is copied; `cuts` are then an estimate.
    """

    name: str
    stream: int
    width: int
    height: int
    rate: Fraction
    timescale: int
    start: int  # presentation tick of the file's first frame, which becomes 0
    reorder: int
    bit_rate: int
    configuration: bytes
    cuts: tuple[int, ...]  # presentation ticks at which a segment begins; the first is 0
    duration: int  # ticks
    presented: bool = False
    longest: int = 0  # ticks of a segment, with `presented`
    codec: str = H264

    @property
    def for_every_browser(self) -> bool:
        """Otherwise the film is encoded as if it were not copied, and the copy is a further rendition."""
        return self.codec == H264

    @property
    def bounds(self) -> tuple[int, ...]:
        return (*self.cuts, self.duration)

    @property
    def tolerance(self) -> int:
        """Ticks by which the end may differ from the plan: one frame, or what a header may be wrong."""
        return round(self.timescale * PRESENTED_TOLERANCE_S) if self.presented else round(self.timescale / self.rate)


class AudioPlan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One audio rendition; its segments are whole AAC frames close to the four-second grid. A tick is a sample."""

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
    right: int | None = None  # the stream of the right channel, where left and right are two mono tracks
    begins_s: float = 0.0  # the film's time of its first sample
    mix: str = ""  # how the channels become stereo, where ffmpeg does not know: arguments of its filter `pan`

    @property
    def bounds(self) -> tuple[int, ...]:
        return (*self.starts, self.end)

    @property
    def tolerance(self) -> int:
        """Ticks by which the end may differ from the plan; 0 for audio that we encode."""
        return round(COPIED_AUDIO_TOLERANCE_S * self.sample_rate) if self.copied else 0


class SubtitlePlan(Struct, frozen=True, kw_only=True):
    name: str  # "s0/subtitles"
    stream: int
    codec: str
    language: str
    label: str
    default: bool
    forced: bool

    @property
    def images(self) -> bool:
        """Pictures that the page draws over the film, instead of text."""
        return self.codec in IMAGE_SUBTITLES


class VideoPlan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is done with the video: copied or not, and the passes that encode it, in order."""

    grid: Grid
    decoded: DecodedVideo = field(name="picture")
    copy: CopyPlan | None
    not_copied: tuple[str, ...]  # names of the remux conditions that failed
    passes: tuple[Pass, ...] = field(name="lanes")
    begins_s: float = 0.0  # the film's time of its first frame
    ends_s: float | None = None  # of the end of its last frame; None in plans of earlier versions

    @property
    def leading_copy(self) -> CopyPlan | None:
        """The copy with which the film begins; None where it begins with what is encoded for every browser."""
        return self.copy if self.copy and self.copy.for_every_browser else None


class Stretch(Struct, frozen=True, kw_only=True):
    begin_s: float
    end_s: float | None = None  # None: it is not known how much is missing


class Loss(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that the film has lost."""

    kind: LossKind
    message: str  # a sentence for the uploader
    track: str | None = None  # its label; None for the picture and for the only sound track
    parts: tuple[Stretch, ...] = ()  # seconds of the film


class Plan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    version: int
    size_bytes: int  # of the input, to notice another file under the same name
    demuxer: str
    seekable: bool = True  # else every stream is read from the beginning, on the file's own clock
    fed: bool = False  # ffmpeg is given its streams one by one, with corrected times
    origin_s: float  # the moment, on ffmpeg's clock in a file that can be seeked, that becomes 0 in every rendition
    container_origin_s: float  # the same moment on the file's own clock
    duration_s: float
    video: VideoPlan | None = field(name="film")  # None: audio only
    cover: int | None
    audio: tuple[AudioPlan, ...]
    subtitles: tuple[SubtitlePlan, ...]
    subtitles_not_shown: tuple[SubtitlePlan, ...]  # pictures that we cannot decode, and those of a film without picture
    chapters: tuple[Chapter, ...]
    warnings: tuple[str, ...]  # of earlier versions; now these are losses
    losses: tuple[Loss, ...] = ()  # that are known before anything is decoded
