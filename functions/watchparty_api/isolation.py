"""Processes items in turn so that one bad item does not hold up those behind it."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from watchparty_api.errors import Unavailable

log = logging.getLogger(__name__)

T = TypeVar("T")


class ItemsFailed(Exception):
    """Some of the items failed, after all have been processed; the log has the reason of each."""


def process_each(items: Iterable[T], process: Callable[[T], object], *, task: str) -> int:
    """Calls `process` for every item, and returns how many there were. `task` completes "could not …" in the log.

    Raises ItemsFailed at the end if any failed, so that the task counts as failed. Raises Unavailable at once, because
    the other items would wait for the same service.
    """
    count, failed = 0, 0
    for item in items:
        count += 1
        try:
            process(item)
        except Unavailable:
            raise
        except Exception:  # whatever is wrong with one item, the others are processed
            log.exception("could not %s for one of several", task)
            failed += 1
    if failed:
        raise ItemsFailed(f"{failed} of {count}")
    return count
