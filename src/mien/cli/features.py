"""`mien features`: what the feature cache holds, and how it is emptied."""

from __future__ import annotations

import typer

from mien.cli.output import day, say, show_help, table

EPILOG = """
Examples:

\b
  mien features list
  mien features clear

The cache lies in MIEN_HOME. It holds measurements of faces and bodies, and vectors and small pictures of faces,
of every file that was analyzed: personal data. When it grows over 8 GiB (MIEN_FEATURES_GIB), what was not used for
longest is removed.
"""

app = typer.Typer(
    invoke_without_command=True,
    callback=show_help,
    rich_markup_mode=None,
    help="Show and empty the cache of what was measured.",
    epilog=EPILOG,
)


@app.command("list")
def list_features() -> None:
    """List the streams of measurements that are kept, the one used last at the end."""
    from datetime import UTC, datetime

    from mien.features.store import entries

    known = entries()
    table(
        ("medium", "stream", "size", "last used"),
        [
            (
                path.parent.name[:12],
                path.name.rsplit("-", 1)[0],
                f"{size / 2**20:.1f} MiB",
                day(datetime.fromtimestamp(used, UTC)),
            )
            for path, size, used in known
        ],
    )
    say(f"{sum(size for _, size, _ in known) / 2**20:,.1f} MiB in {len(known):,} streams.")


@app.command()
def clear() -> None:
    """Remove everything from the cache; what is analyzed again is measured again."""
    from mien.features.store import prune

    say(f"{prune(0, recent=0.0) / 2**20:,.1f} MiB removed.")
