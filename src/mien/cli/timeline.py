"""`mien timeline`: what a timeline holds, its figures, its ways into other programs and back, and agreement."""

from __future__ import annotations

import typer

from mien.cli import timeline_files, timeline_show
from mien.cli.output import show_help

EPILOG = """
Examples:

\b
  mien timeline show interview.parquet
  mien timeline plot interview.parquet -o interview.png --measure emotion.happy
  mien timeline export interview.parquet --to eaf,csv,html -o interview/
  mien timeline import corrected.eaf -o corrected.parquet
  mien timeline compare interview.parquet corrected.eaf

Wherever a timeline is read, it may be a Parquet file of Mien, or an ELAN, Praat, CSV or JSON file.

Exit codes: 0 done, 2 an error.
"""

app = typer.Typer(
    invoke_without_command=True,
    callback=show_help,
    rich_markup_mode=None,
    help="Show, draw, export, import and compare timelines.",
    epilog=EPILOG,
)
app.command("show", epilog=timeline_show.EPILOG)(timeline_show.show)
app.command("compare", epilog=timeline_show.COMPARE)(timeline_show.compare)
app.command("plot", epilog=timeline_files.PLOT)(timeline_files.plot)
app.command("export", epilog=timeline_files.EXPORT)(timeline_files.export)
app.command("import", epilog=timeline_files.IMPORT)(timeline_files.import_files)
