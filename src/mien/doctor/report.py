"""Collects what there is to know about this installation, without failing where something is broken."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import mien
from mien.errors import MienError
from mien.home import home


@dataclass(frozen=True)
class Fact:
    """One thing that was found out. ok: True where it was tested and is right, False where it is wrong."""

    name: str
    value: str
    ok: bool | None = None


@dataclass(frozen=True)
class Report:
    """What was found out, by section, in the order of printing."""

    sections: Mapping[str, tuple[Fact, ...]]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def problems(self) -> tuple[Fact, ...]:
        """What is wrong."""
        return tuple(fact for facts in self.sections.values() for fact in facts if fact.ok is False)


def report(bench: bool = False) -> Report:
    """What is used here and why, and a self-test with figures; with `bench`, also how fast it is (10 s more).

    Nothing is raised for a broken installation: what does not work is a fact with ``ok=False``.
    """
    from mien.doctor.bench import timings
    from mien.doctor.media import media
    from mien.doctor.selftest import selftest

    parts: dict[str, Callable[[], Iterator[Fact]]] = {
        "system": system,
        "runtime": runtime,
        "models": models,
        "media": media,
        "self-test": selftest,
    }
    if bench:
        parts["speed"] = timings
    return Report({name: tuple(facts(part)) for name, part in parts.items()})


def facts(part: Callable[[], Iterator[Fact]]) -> Iterator[Fact]:
    """The facts of one part; the last one tells of what ended it early."""
    try:
        yield from part()
    except (ImportError, MienError) as error:
        yield Fact("stopped", f"{type(error).__name__}: {error}", False)


def system() -> Iterator[Fact]:
    """Versions, processor and folders."""
    yield Fact("Mien", mien.__version__)
    yield Fact("Python", f"{platform.python_version()} ({platform.python_implementation()})")
    yield Fact("platform", platform.platform())
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield Fact("processors", f"{os.cpu_count()}, of which {usable} may be used")
    yield Fact("SQLite", sqlite3.sqlite_version)
    existing = next(folder for folder in (home(), *home().absolute().parents) if folder.exists())
    writable = existing.is_dir() and os.access(existing, os.W_OK)
    yield Fact("home", f"{home()}{'' if writable else ' (cannot be written)'}", writable)


def runtime() -> Iterator[Fact]:
    """What computes: ONNX Runtime's providers, threads, and the instructions used for search."""
    import numkong
    import onnxruntime

    from mien.models.session import choose

    provider, why = choose(None, strict=False)
    yield Fact("ONNX Runtime", onnxruntime.__version__)
    yield Fact("providers", ", ".join(onnxruntime.get_available_providers()))
    yield Fact("provider used", f"{provider}: {why}")
    yield Fact("threads", "1 for each session, without spinning; pictures are worked on side by side")
    sets = [name for name, there in numkong.get_capabilities().items() if there and name != "serial"]
    yield Fact("search instructions", ", ".join(sets) or "none beyond the processor's basic ones")


def models() -> Iterator[Fact]:
    """Each model: licence, size, whether its weights are here and are the right ones."""
    from mien.models import verify

    for status in verify():
        card = status.card
        where = f"SHA-256 verified, {status.path}" if status.path else status.problem
        if status.ok is None:
            where = f"not here; to get it: mien models add {card.name}"
        value = f"{card.version}, {card.licence}, {card.weights.size / 1e6:.1f} MB; {where}"
        yield Fact(card.name, value, status.ok)
