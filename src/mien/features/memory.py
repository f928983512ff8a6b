"""Keeps memory flat in long runs."""

from __future__ import annotations

import ctypes
import sys

LARGE = 1 << 20  # bytes; less than a picture, more than the rows of one
_MMAP_THRESHOLD = -3  # glibc's name of that setting, in malloc.h


def give_back_large_blocks() -> None:
    """Have the C library give pictures back to the system as soon as they are freed; for the whole process.

    glibc would do so, too, until it has seen a few of them; from then on it keeps them on its heaps, where the small
    arrays that are made between two pictures, and live longer, leave holes that nothing fits any more. Other C
    libraries do not have the setting, nor the habit.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(_MMAP_THRESHOLD, LARGE)
