"""The environment of programs that read an upload: an allow-list, so that a secret is left out without being known."""

from collections.abc import Iterable, Mapping

OF_PROGRAMS = (
    "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "SYSTEMROOT",
    "LIBVA_DRIVER_NAME", "LIBVA_DRIVERS_PATH", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES",
    "NVIDIA_DRIVER_CAPABILITIES", "MALLOC_ARENA_MAX", "OMP_NUM_THREADS",
)  # fmt: skip
"""What ffmpeg and Python may need to start and to find a graphics card."""
OF_THE_TRANSCODER = (
    "WATCHPARTY_FFMPEG", "WATCHPARTY_TRANSCODE_NICE", "WATCHPARTY_VIDEO_ENCODER", "WATCHPARTY_MAX_VIDEO_HOURS",
    "WATCHPARTY_MEDIA_SANDBOX", "PYTHONPATH", "PYTHONHOME", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE",
)  # fmt: skip
"""Its settings (`config.py`), none of which is a secret."""
OF_S3 = (
    "WATCHPARTY_S3_ENDPOINT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE",
    "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE",
    "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_EC2_METADATA_DISABLED",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "HOME", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy",
    "http_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
)  # fmt: skip
"""What boto3 finds its credentials and its way by."""


def clean(environment: Mapping[str, str], names: Iterable[str] = OF_PROGRAMS) -> dict[str, str]:
    """The variables with these names."""
    return {name: environment[name] for name in names if name in environment}
