"""What a home server finds wrong with its installation. In the cloud, alerts do that."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One fault: what is wrong, how sure that is, and the line that mends it."""

    code: str
    severity: Literal["error", "warning"]
    certainty: Literal["certain", "likely"]
    what: str
    mend: str
