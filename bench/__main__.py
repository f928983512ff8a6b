"""`python -m bench NAME [--quick]`: measures, prints one row for each bar, writes bench/results/NAME.json."""

from __future__ import annotations

import argparse
import importlib
import os
import sys

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # before numpy is imported
    os.environ.setdefault(threads, "1")


def main() -> int:
    """Runs the named bench; the exit status is 1 when a bar was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", choices=["recognition", "gallery", "timeline"])
    parser.add_argument("--quick", action="store_true", help="small forms of each row; nothing is written")
    parser.add_argument("--only", help="measure only rows whose function name contains this")
    arguments = parser.parse_args()
    from bench.report import publish

    bench = importlib.import_module(f"bench.{arguments.name}")
    rows = bench.rows(arguments.quick, arguments.only or "")
    cleared = publish(arguments.name, rows, keep=not arguments.quick, part=bool(arguments.only))
    return 0 if cleared else 1


if __name__ == "__main__":
    sys.exit(main())
