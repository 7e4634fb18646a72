"""Refusals that pass by themselves: in a new project Google needs minutes until its parts know of each other."""

import re
import time
from collections.abc import Callable
from typing import TypeVar

from programs import DeploymentFailed

T = TypeVar("T")

TRANSIENT = {
    r"has not been used in project \S+ before or it is disabled": "an API was enabled a moment ago",
    r"Permission denied while using the Eventarc Service Agent": "Eventarc's own account is new",
    r"[Ss]ervice account \S+ (does not exist|was not found)": "a service account is new",
    r"Permission denied on secret: ": "the right to read a secret is new",
    r"Permission '?[\w.]+'? denied on resource": "a right is new",
    r"does not have (storage|artifactregistry|logging)\.[\w.]+ access": "a right of the builder is new",
    r"There were concurrent policy changes": "two rights were granted at the same time",
    r"The resource '\S+' is not ready": "a resource is still being created",
    r"Error 429\b|Quota exceeded for quota metric \S+ and limit '\S+ per minute": "too many calls within a minute",
    r"Error 503\b": "an API does not answer",
}
"""What Google says → why. Rights need two minutes, sometimes seven or more, to be known everywhere
(https://docs.cloud.google.com/iam/docs/access-change-propagation, 2026-11).
"""
WAITS = 5
"""Each twice as long as the one before: with 30 s at first, fifteen minutes in all."""


def why_transient(said: str) -> str | None:
    """Returns the reason why a refusal is temporary; None if it is not, or if the output contains any other error."""
    errors = re.findall(r"^.*\bError: .*(?:\n(?!.*\bError: ).*)*", said, re.MULTILINE) or [said]
    reasons = [next((why for text, why in TRANSIENT.items() if re.search(text, error)), None) for error in errors]
    return None if None in reasons else reasons[0]


def retried(step: Callable[[], T], first_wait_s: float) -> T:
    """Runs a step, which can be repeated, until it succeeds or fails with a refusal that does not pass."""
    for wait_s in (first_wait_s * 2**number for number in range(WAITS)):
        try:
            return step()
        except DeploymentFailed as error:
            why = why_transient(error.said)
            if why is None:
                raise
            print(f"  {why}, which is normal in a new project: trying again in {wait_s:.0f} s", flush=True)
            time.sleep(wait_s)
    return step()
