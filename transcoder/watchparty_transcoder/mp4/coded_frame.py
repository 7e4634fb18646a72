"""A coded frame as it is stored, and the bits that its headers consist of. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """`idr`: no later frame refers to an earlier one. Of H.264, with four bytes of length before each unit."""

    data: bytes
    idr: bool


class Bits:
    """Reads a header from its first bit on; raises EOFError at its end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def read(self, count: int) -> int:
        if count > self._left:
            raise EOFError
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def number(self) -> int:
        """An unsigned Exp-Golomb number; a signed one has the same length."""
        zeros = 0
        while not self.read(1):
            zeros += 1
        return (1 << zeros) - 1 + self.read(zeros)
