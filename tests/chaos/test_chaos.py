"""A short chaos run with every kind of fault, on three relays and their own Redis."""

import asyncio
from pathlib import Path

import pytest

from chaos.faults import KINDS
from chaos.run import Options, run

pytestmark = pytest.mark.service

SHORT = Options(seed=4, people=40, rooms=2, events=12_000, fault_every_s=0.8, say_every_s=0.8)


def test_nothing_is_lost_doubled_or_reordered_under_faults(tmp_path: Path) -> None:
    """Rules K2, K3, L1, L2, O2 and O3 hold while relays die and Redis loses data; every new epoch is signalled."""
    outcome = asyncio.run(run(SHORT, tmp_path))
    assert outcome.held, outcome
    assert set(outcome.faults) == set(KINDS)
