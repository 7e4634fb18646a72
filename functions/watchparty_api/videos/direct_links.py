"""Direct links: films that browsers play from where they lie. Nothing here ever fetches one."""

from __future__ import annotations

import secrets

from watchparty_api.records import Account, Video
from watchparty_api.services import Services
from watchparty_api.videos.models import DirectLink


def register_link(services: Services, owner: Account, link: DirectLink) -> Video:
    """A video that can be watched at once."""
    now = services.now()
    video = Video(
        id=secrets.token_urlsafe(12),
        created_at=now,
        owner_id=owner.id,
        title=link.title,
        source_url=link.source_url,
        status="ready",
        progress=1.0,
        playable=True,
        duration_s=link.duration_s,
        playable_s=link.duration_s or 0.0,
        updated_at=now,
    )
    return services.store.create(video)
