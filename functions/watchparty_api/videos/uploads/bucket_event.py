"""The bucket's word that an original is complete, as the function `on_upload` hears it: at least once, in any order."""

from __future__ import annotations

from typing import Any

from watchparty_api.errors import Unavailable
from watchparty_api.services import Services
from watchparty_api.videos.uploads.finalize import on_finalized
from watchparty_api.web.cloud_events import finalized_object


def hear_upload(services: Services, data: Any) -> None:
    """Claims the original and starts its transcode. Raises what a later delivery may mend: Unavailable, BadEvent."""
    original = finalized_object(data, bucket=services.config.uploads_bucket or "")
    if original is not None and not on_finalized(services, original):
        raise Unavailable("not_started", "The transcode could not be started; the event has to come again.")
