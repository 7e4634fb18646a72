"""Request and response models of the administration."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StrictBool

from watchparty_api.accounts.models import AccountRole, AccountView, DisplayName, Email
from watchparty_api.backup_status import BackupStatus
from watchparty_api.config import Config
from watchparty_api.findings import Finding
from watchparty_api.plausible_time import ClockReadings
from watchparty_api.records import (
    Account,
    AuditEntry,
    DeadLetter,
    OneTimeToken,
    Room,
    Spending,
    Video,
    VideoStatus,
    WorkspaceSettings,
)
from watchparty_api.spending import is_used_up, limit_of
from watchparty_api.web.bodies import Body

Bytes = Annotated[int, Field(strict=True, ge=0, le=2**53)]


class ClockView(BaseModel):
    """Whether the server's clock can be right. Data is deleted if it had expired at both times."""

    status: Literal["confirmed", "ahead", "behind"]
    reads_at: datetime
    trusted_at: datetime
    confirmed_after_s: float
    """How much longer the server has to run until it believes the clock; 0 if it does, or a second clock disagrees."""

    @classmethod
    def of(cls, readings: ClockReadings) -> Self:
        return cls(
            status=readings.status,
            reads_at=readings.wall_at,
            trusted_at=readings.trusted_at,
            confirmed_after_s=readings.confirmed_after.total_seconds(),
        )


class SpendingView(BaseModel):
    """The month's cost as Google last reported it, which is hours late, and the limit at which films stop."""

    cost: float
    limit: float
    currency: str
    reported_at: datetime
    films_stopped: bool

    @classmethod
    def of(cls, spending: Spending) -> Self:
        return cls(
            cost=spending.cost,
            limit=limit_of(spending),
            currency=spending.currency,
            reported_at=spending.reported_at,
            films_stopped=is_used_up(spending),
        )


class SettingsView(BaseModel):
    registration: Literal["invitation", "open"]
    temporary_hosts: bool
    quota_bytes: int
    temporary_quota_bytes: int
    max_upload_bytes: int
    brand_name: str
    admin_second_factor: bool
    """Whether admins need a passkey or an authenticator app."""
    media_sandbox: Literal["full", "partial", "limits", "off"] | None
    """How far uploaded films are confined while they are read (docs/operations.md); null: not by this process."""
    clock: ClockView
    spending: SpendingView | None
    """Null before the first report, and on a site whose budget stops nothing."""

    @classmethod
    def of(
        cls, settings: WorkspaceSettings, config: Config, readings: ClockReadings, spending: Spending | None
    ) -> Self:
        return cls(
            registration=settings.registration,
            temporary_hosts=settings.temporary_hosts,
            quota_bytes=settings.quota_bytes,
            temporary_quota_bytes=settings.temporary_quota_bytes,
            max_upload_bytes=settings.max_upload_bytes,
            brand_name=settings.brand_name,
            admin_second_factor=settings.admin_second_factor,
            media_sandbox=config.media_sandbox,
            clock=ClockView.of(readings),
            spending=SpendingView.of(spending) if spending else None,
        )


class SettingsChange(Body):
    """Only the given fields change."""

    registration: Literal["invitation", "open"] | None = None
    temporary_hosts: StrictBool | None = None
    quota_bytes: Bytes | None = None
    temporary_quota_bytes: Bytes | None = None
    max_upload_bytes: Bytes | None = None
    brand_name: DisplayName | None = None
    admin_second_factor: StrictBool | None = None


class AdminAccountView(AccountView):
    """An account as an admin sees it."""

    suspended: bool
    quota_bytes: int | None

    @classmethod
    def of(cls, account: Account) -> Self:
        shown = AccountView.of(account).model_dump() | {"preferences": {}}
        return cls(**shown, suspended=account.suspended, quota_bytes=account.quota_bytes)


class AccountChange(Body):
    """Only the given fields change; `quota_bytes: null` restores the site's default."""

    role: AccountRole | None = None
    suspended: StrictBool | None = None
    quota_bytes: Bytes | None = None


class AccountInviteStart(Body):
    email: Email | None = None
    role: AccountRole = "user"


class AccountInviteView(BaseModel):
    """An invitation to register, without its secret."""

    id: str
    email: str | None
    role: AccountRole
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None

    @classmethod
    def of(cls, invite: OneTimeToken) -> Self:
        return cls(
            id=invite.id,
            email=invite.email,
            role=invite.role,
            created_at=invite.created_at,
            expires_at=invite.expires_at,
            used_at=invite.used_at,
        )


class NewAccountInvite(AccountInviteView):
    """A new invitation; only this answer contains the link."""

    url: str


class QueueView(BaseModel):
    """How many films are in each state."""

    uploading: int
    waiting: int
    preparing: int
    failed: int


class BackupView(BaseModel):
    """When the site was last backed up, and when a backup was last restored as a trial; null: never."""

    scheduled: bool
    """Whether the server makes backups itself."""
    attempted_at: datetime | None
    succeeded_at: datetime | None
    drilled_at: datetime | None
    failure: str | None
    """Why the last attempt failed; null: it did not."""

    @classmethod
    def of(cls, status: BackupStatus) -> Self:
        return cls(
            scheduled=status.scheduled,
            attempted_at=status.attempted_at,
            succeeded_at=status.succeeded_at,
            drilled_at=status.drilled_at,
            failure=status.failure,
        )


class FindingView(BaseModel):
    """One fault of the server, and the line that mends it."""

    code: str
    severity: Literal["error", "warning"]
    certainty: Literal["certain", "likely"]
    what: str
    mend: str

    @classmethod
    def of(cls, finding: Finding) -> Self:
        return cls(**asdict(finding))


class DiagnosisView(BaseModel):
    """Everything that was found; null where another service watches the server."""

    findings: list[FindingView] | None


class OverviewView(BaseModel):
    """The state of the site. Counts stop at 100; `free_bytes` is null where storage has no limit of its own.

    `backup` is null where another service makes backups.
    """

    version: str
    free_bytes: int | None
    accounts: int
    videos: int
    queue: QueueView
    failed_events: int
    backup: BackupView | None


class AdminRoomView(BaseModel):
    id: str
    name: str
    owner_id: str
    owner_name: str | None
    access: Literal["open", "knock", "members"]
    video_id: str | None
    created_at: datetime
    last_active_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, room: Room, *, owner_name: str | None) -> Self:
        return cls(
            id=room.id,
            name=room.name,
            owner_id=room.owner_id,
            owner_name=owner_name,
            access=room.access,
            video_id=room.video_id,
            created_at=room.created_at,
            last_active_at=room.last_active_at,
            closed_at=room.closed_at,
        )


class AdminVideoView(BaseModel):
    id: str
    title: str
    owner_id: str
    owner_name: str | None
    size_bytes: int
    status: VideoStatus
    progress: float
    failure_code: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, video: Video, *, owner_name: str | None) -> Self:
        return cls(
            id=video.id,
            title=video.title,
            owner_id=video.owner_id,
            owner_name=owner_name,
            size_bytes=video.size_bytes,
            status=video.status,
            progress=video.progress,
            failure_code=str(video.failure["code"]) if video.failure else None,
            created_at=video.created_at,
            updated_at=video.updated_at,
        )


class AuditView(BaseModel):
    """The names are those of now, null for what is deleted or has none; the entry itself has only ids."""

    id: str
    at: datetime
    actor: str
    actor_name: str | None
    action: str
    target: str
    target_name: str | None
    data: dict[str, object]
    entry_hash: str

    @classmethod
    def of(cls, entry: AuditEntry, *, actor_name: str | None, target_name: str | None) -> Self:
        return cls(
            id=entry.id,
            at=entry.at,
            actor=entry.actor,
            actor_name=actor_name,
            action=entry.action,
            target=entry.target,
            target_name=target_name,
            data=entry.data,
            entry_hash=entry.entry_hash,
        )


class AuditVerdict(BaseModel):
    """`broken_at` is the first entry that breaks the chain, null when the chain is intact."""

    entries: int
    broken_at: str | None


class DeadLetterView(BaseModel):
    """`payload` is the event as JSON text."""

    id: str
    at: datetime
    source: Literal["room_event", "transcode_event"]
    reason: str
    payload: str

    @classmethod
    def of(cls, letter: DeadLetter) -> Self:
        return cls(
            id=letter.id, at=letter.created_at, source=letter.source, reason=letter.reason, payload=letter.payload
        )


class AccountList(BaseModel):
    items: list[AdminAccountView]
    next_cursor: str | None = None


class AccountInviteList(BaseModel):
    items: list[AccountInviteView]
    next_cursor: str | None = None


class AdminRoomList(BaseModel):
    items: list[AdminRoomView]
    next_cursor: str | None = None


class AdminVideoList(BaseModel):
    items: list[AdminVideoView]
    next_cursor: str | None = None


class DeadLetterList(BaseModel):
    items: list[DeadLetterView]
    next_cursor: str | None = None


class AuditList(BaseModel):
    items: list[AuditView]
    next_cursor: str | None = None
