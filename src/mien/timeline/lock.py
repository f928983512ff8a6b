"""A file that one process at a time holds; the system lets go of it when the process ends, however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mien.errors import TimelineBusy

FAR = 2**30  # a byte that is locked on Windows, far behind what is written, so that others can read it


class Lock:
    """Held from when it is made until `release`. TimelineBusy where somebody else holds it.

    path: of the file; it is made where there is none, and goes with `release`. what: it is for, as messages name it.
    """

    def __init__(self, path: Path, what: Path) -> None:
        self._path = path
        while True:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _hold(self._file)
            except OSError as error:
                os.lseek(self._file, 0, os.SEEK_SET)
                holder = os.read(self._file, 32).decode(errors="replace") or "unknown"
                os.close(self._file)
                raise TimelineBusy(
                    f"{what}: another process (number {holder}) is writing it. Wait for it, or write to another path."
                ) from error
            if _same(self._file, path):
                break
            os.close(self._file)  # its last holder had removed it while it was waited for
        os.truncate(self._file, 0)
        os.write(self._file, str(os.getpid()).encode())

    def release(self) -> None:
        """Remove the file and let go."""
        if sys.platform == "win32":  # which removes no file that is open
            os.close(self._file)
            self._path.unlink(missing_ok=True)
        else:
            self._path.unlink(missing_ok=True)
            os.close(self._file)


def _same(file: int, path: Path) -> bool:
    """Whether the open file is the one at the path."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


def _hold(file: int) -> None:
    """Lock the open file for this process, or OSError at once."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(file, FAR, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
