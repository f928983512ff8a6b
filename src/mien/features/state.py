"""What a long run carries from frame to frame, as a file: plain data and arrays, nothing that could run.

A value is taken apart into a tree of JSON and a list of arrays. Dataclasses are known by name, and only those that
are listed here are put together again.
"""

from __future__ import annotations

import io
import json
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.errors import MienError
from mien.tracking import Identity, Track
from mien.tracking.shots import Shot, Shots
from mien.types import Faces, Issue, objects

KNOWN = {one.__name__: one for one in (Faces, Identity, Shot, Shots, Track)}

Arrays = list[npt.NDArray[Any]]


def pack(value: Any) -> bytes:
    """The value as the bytes of an .npz file.

    Of None, bool, int, float, str, `Issue`, numpy arrays, lists, tuples, dicts, and the dataclasses in `KNOWN`.
    """
    arrays: Arrays = []
    tree = json.dumps(_apart(value, arrays))
    file = io.BytesIO()
    np.savez(file, np.frombuffer(tree.encode(), np.uint8), *arrays)
    return file.getvalue()


def unpack(data: bytes) -> Any:
    """The value that `pack` was given. Raises `MienError` where the bytes are something else."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            tree, *arrays = (file[f"arr_{i}"] for i in range(len(file.files)))
            return _together(json.loads(bytes(tree)), arrays)
    except (ValueError, KeyError, OSError, EOFError) as error:
        raise MienError(f"A stored state cannot be read: {error}.") from error


def _apart(value: Any, arrays: Arrays) -> Any:
    """A tree of JSON; arrays go to the list."""
    if isinstance(value, Issue):
        return {"issue": value.name}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray) and value.dtype == object:
        return {"objects": [_apart(one, arrays) for one in value]}
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [_apart(one, arrays) for one in value]}
    if isinstance(value, dict):
        return {"dict": [[_apart(k, arrays), _apart(v, arrays)] for k, v in value.items()]}
    if type(value).__name__ in KNOWN:
        parts = {one.name: _apart(getattr(value, one.name), arrays) for one in fields(value)}
        return {"known": type(value).__name__, "parts": parts}
    raise TypeError(f"{type(value).__name__} cannot be stored")


def _together(tree: Any, arrays: Arrays) -> Any:
    if not isinstance(tree, dict):
        return tree
    if "known" in tree:
        parts = {name: _together(part, arrays) for name, part in tree["parts"].items()}
        return KNOWN[tree["known"]](**parts)
    ((kind, content),) = tree.items()
    if kind == "array":
        return arrays[content]
    if kind == "issue":
        return Issue[content]
    if kind == "dict":
        return {_together(k, arrays): _together(v, arrays) for k, v in content}
    several = [_together(one, arrays) for one in content]
    return tuple(several) if kind == "tuple" else objects(several) if kind == "objects" else several
