"""What handlers may use: the ports, the clock and the listeners, in one frozen value that `bootstrap.py` builds.

Route handlers get it through `web.dependencies.ServicesOf`. They never name an adapter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from watchparty_api.backup_status import BackupStatus
from watchparty_api.config import Config
from watchparty_api.findings import Finding
from watchparty_api.identity.identity_provider import IdentityProvider
from watchparty_api.identity.keys import KeyedHash
from watchparty_api.identity.tokens import TokenSigner
from watchparty_api.objects.port import ObjectStore
from watchparty_api.ports.delivery_queue import DeliveryQueue
from watchparty_api.ports.jobs import JobLauncher
from watchparty_api.ports.playback_signing import PlaybackSigner
from watchparty_api.ports.relay import RelayNotices
from watchparty_api.rate_limits.limits import Limiter
from watchparty_api.rate_limits.mail import LimitedMailer
from watchparty_api.records import Video, WorkspaceSettings
from watchparty_api.store.port import WorkspaceStore
from watchparty_api.trusted_clock import TrustedClock

SETTINGS_ID = "settings"
"""The id of the one document of site settings per workspace."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """The ports, the clock, and the listeners by which videos notify rooms."""

    config: Config
    store: WorkspaceStore
    tokens: TokenSigner
    keyed_hash: KeyedHash
    limiter: Limiter
    objects: ObjectStore
    playback: PlaybackSigner
    jobs: JobLauncher
    relay: RelayNotices
    mail: LimitedMailer
    delivery_queue: DeliveryQueue
    identity_provider: IdentityProvider | None
    """The identity provider that signs people in; None: the site has its own accounts."""
    now: Callable[[], datetime]
    trusted_clock: TrustedClock
    """For irreversible acts, which must not rest on one reading of the clock."""
    on_video_changed: "Callable[[Services, Video], None]"
    """Called after a change that viewers can see: how much of a video can be played, its tracks, its duration.
    Videos do not import rooms; `bootstrap.py` connects `rooms.film` here."""
    on_video_deleted: "Callable[[Services, str], None]"
    """Called after a video is deleted, with its id."""
    backup_status: Callable[[], BackupStatus] | None
    """What is known about backups; None: another service makes them."""
    diagnose: Callable[[], Sequence[Finding]] | None
    """Looks for faults of the installation; None: another service does."""

    def settings(self) -> WorkspaceSettings:
        """The settings that admins can change while the site runs: as stored, or the defaults (version 0)."""
        return self.store.get(WorkspaceSettings, SETTINGS_ID) or WorkspaceSettings(
            id=SETTINGS_ID,
            created_at=self.now(),
            temporary_hosts=self.config.environment == "home",  # in the cloud anyone can reach the site
        )
