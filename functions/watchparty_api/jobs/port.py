"""The jobs port: start, and stop, the transcode of one generation of one video."""

from __future__ import annotations

from typing import Protocol


class JobLauncher(Protocol):
    """Launching twice is harmless: the job takes a lease, and its results are the same."""

    def launch(self, *, video_id: str, generation: str, attempt: int) -> str:
        """Starts (or queues) the job and gives a name to find it by. Raises Unavailable when nothing was started."""

    def cancel(self, *, video_id: str) -> None:
        """Stops what runs for the video, if anything does."""
