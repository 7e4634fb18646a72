"""The jobs port: start, and stop, the transcode of one generation of one video."""

from __future__ import annotations

from typing import Protocol


class JobLauncher(Protocol):
    """Launching an attempt twice is harmless. A higher attempt takes the place of a lower one of the same video."""

    def launch(self, *, video_id: str, generation: str, attempt: int) -> str:
        """Starts (or queues) the job and gives a name to find it by. Raises Unavailable when nothing was started.

        The job's events carry `attempt`: that is how they are told from those of the run before.
        """

    def cancel(self, *, video_id: str) -> None:
        """Stops what runs for the video, if anything does."""
