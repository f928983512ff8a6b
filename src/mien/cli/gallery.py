"""`mien gallery`: the gallery as a whole: made, checked, swept, and its logs and receipts verified."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from mien.cli import gallery_audit, gallery_move
from mien.cli.forget import free_name
from mien.cli.galleries import GalleryOption, existing, open_store, told
from mien.cli.output import counted, day, say, show_help, table
from mien.cli.targets import write_json, write_text
from mien.errors import ArgumentError, GalleryError, GalleryNotFound, KeyUnusable
from mien.home import default_gallery

DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}

EPILOG = """
Examples:

\b
  mien gallery create --purpose "entrance of the workshop" --legal-basis consent --retention 180d
  mien gallery create --gallery staff.mien --new-key file:staff.key
  mien gallery info
  mien gallery check                        is it whole? are seals and log unbroken?
  mien gallery sweep                        remove what is kept too long
  mien gallery log --last 20                who searched, enrolled and deleted
  mien gallery verify-deletion receipt.json

A sealed gallery is opened with its key: MIEN_KEY=file:staff.key, or mien --key file:staff.key COMMAND.
"""

app = typer.Typer(
    invoke_without_command=True,
    callback=show_help,
    rich_markup_mode=None,
    help="Make, check, audit, sweep and move a gallery.",
    epilog=EPILOG,
)


app.command("audit", epilog=gallery_audit.EPILOG)(gallery_audit.audit)
app.command("migrate", epilog=gallery_move.EPILOG)(gallery_move.migrate)
app.command("export", epilog=gallery_move.EPILOG)(gallery_move.export)
app.command("import", epilog=gallery_move.EPILOG)(gallery_move.import_file)


@app.command("index")
def index(gallery: GalleryOption = None) -> None:
    """Make the HNSW index of a gallery on a server, anew where there is one."""
    from mien.gallery.stores.postgres import PostgresStore
    from mien.gallery.stores.records import Kind

    place = existing(gallery)
    with open_store(gallery) as store:
        if not isinstance(store, PostgresStore):
            raise GalleryError(f"{place}: a gallery in a file is searched exactly and needs no index.")
        held = store.info().models
        for model in held:
            store.make_index(model, Kind.PERSON)
    say(f"Indexed the people of {told(place)} for {counted(len(held), 'model')}.")


@app.command("create")
def create(
    purpose: Annotated[str, typer.Option(help="What the gallery is for.", show_default=False)],
    legal_basis: Annotated[
        str,
        typer.Option(
            help='What allows it, such as "consent" (then nobody is enrolled without one), "household", "contract".',
            show_default=False,
        ),
    ],
    retention: Annotated[
        str,
        typer.Option(
            metavar="TIME", help='How long a face is kept: 30d, 26w, 6m, 3y, or "none".', show_default=False
        ),
    ],
    gallery: GalleryOption = None,
    new_key: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE",
            help="Seal the gallery with a new key, kept in file:PATH or keyring:SERVICE.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Make a gallery with a purpose, a legal basis and a retention; sealed, where it is given a key."""
    from mien.gallery import stores
    from mien.gallery.protection import keys
    from mien.gallery.stores.records import Charter

    charter = Charter(purpose, legal_basis, days(retention))
    place = gallery or str(default_gallery())
    if is_there(place):
        raise GalleryError(f"{told(place)}: there is something already; choose another place.")
    key = keys.key_at()
    if new_key:
        key = keys.new_key()
        keys.save_key(new_key, key)
    with stores.open_store(place, create=True, charter=charter, key=key) as store:
        facts = store.info()
    made = facts.charter
    say(f"Made {told(place)}: {made.purpose}; {made.legal_basis}; kept {kept(made.retention)}.")
    if new_key:
        say(f"Its key is in {new_key}. Whoever loses the key loses the gallery: keep a copy elsewhere.")
        say(f"To use it: MIEN_KEY={new_key}")


@app.command("info")
def info(gallery: GalleryOption = None) -> None:
    """Show what a gallery is and holds."""
    with open_store(gallery) as store:
        facts, head = store.info(), store.head()
        own = [model for model in facts.models if store.calibration(model)]
    say(told(existing(gallery)))
    say(f"  purpose      {facts.charter.purpose}")
    say(f"  legal basis  {facts.charter.legal_basis}")
    say(f"  retention    {kept(facts.charter.retention)}")
    say(f"  made         {day(facts.created)} by Mien {facts.mien}; schema {facts.schema}")
    say(f"  sealed       {'yes' if facts.sealed else 'no'}")
    say(f"  people       {facts.people:,}, and {counted(facts.groups, 'group')} without a name")
    say(f"  faces        {facts.faces:,}, of which {facts.loose:,} are nobody's")
    say(f"  photographs  {facts.photographs:,} looked through")
    say(f"  models       {', '.join(f'{m.name} {m.version}' for m in facts.models) or 'none'}")
    say(f"  calibration  {'measured on this gallery' if own else 'of the model'}")
    say(f"  log          {counted(head.seq, 'entry', 'entries')}")


@app.command("check")
def check(gallery: GalleryOption = None) -> None:
    """Look at every row, seal, template and entry of the log. Exit code 1 where something is wrong."""
    with open_store(gallery) as store:
        problems, facts = store.problems(), store.info()
    for problem in problems:
        say(problem)
    if problems:
        raise typer.Exit(1)
    say(
        f"Whole: {counted(facts.people, 'person', 'people')}, {counted(facts.faces, 'face')}, "
        "every reference, template and entry of the log."
    )


@app.command("sweep")
def sweep(
    gallery: GalleryOption = None,
    receipts: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write a receipt for each person there.", show_default=False),
    ] = None,
) -> None:
    """Remove faces that are kept too long, and people whose consent has ended."""
    from mien.gallery.protection.receipt import to_json

    if receipts and not receipts.is_dir():
        raise ArgumentError(f"{receipts}: no such folder for receipts.")
    with open_store(gallery) as store:
        before = store.info()
        gone = store.sweep()
        after = store.info()
    for one in gone:
        if receipts:
            write_text(to_json(one.receipt), free_name(receipts / f"receipt-{one.person_id}.json"))
    say(
        f"{counted(before.faces - after.faces, 'face')} and {counted(len(gone), 'person', 'people')} removed."
    )


@app.command("log")
def log(
    gallery: GalleryOption = None,
    last: Annotated[int, typer.Option(min=1, metavar="N", help="How many entries.")] = 20,
    json: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write them as JSON; - is stdout.", show_default=False),
    ] = None,
) -> None:
    """Verify the audit log and list its last entries. Exit code 1 where it is broken, and where."""
    from mien.gallery.protection import chain

    with open_store(gallery) as store:
        end = store.head()
        entries = list(store.entries(max(0, end.seq - last)))
        broken = chain.verify(store.entries(), store.sign, chain.origin(store.info().uuid, store.sign), end)
    if json:
        rows = [
            {
                "seq": e.seq,
                "time": chain.stamp(e.time),
                "actor": e.actor,
                "action": e.action,
                "detail": dict(e.detail),
                "link": e.link,
            }
            for e in entries
        ]
        write_json({"entries": rows, "broken": broken.reason if broken else None}, json)
    else:
        table(
            ("entry", "when", "who", "what", "detail"),
            [(str(e.seq), day(e.time), e.actor, e.action, detail(e.detail)) for e in entries],
        )
        say(broken.reason if broken else f"{counted(end.seq, 'entry', 'entries')}, no break.")
    if broken:
        raise typer.Exit(1)


@app.command("verify-deletion")
def verify_deletion(
    receipt: Annotated[Path, typer.Argument(help="The receipt that forgetting gave.", show_default=False)],
    gallery: GalleryOption = None,
    name: Annotated[
        str | None, typer.Option(help="Also check whether it is about this person.", show_default=False)
    ] = None,
) -> None:
    """Check a receipt against the gallery as it is now. Exit code 1 where something does not hold."""
    from mien.gallery.protection import receipt as receipts
    from mien.gallery.verifying import verify_receipt

    found = receipts.read(receipt)
    with open_store(gallery) as store:
        checks = verify_receipt(store, found)
    for one in checks:
        say(f"{'ok    ' if one.ok else 'FAILED'}  {one.name}: {one.detail}")
    held = all(one.ok for one in checks)
    if name is not None:
        about = receipts.subject_matches(found, name)
        say(f"{'ok    ' if about else 'FAILED'}  subject: {'of' if about else 'not of'} {name}")
        held &= about
    if not held:
        raise typer.Exit(1)


@app.command("rekey")
def rekey(
    new_key: Annotated[
        str, typer.Option(metavar="PLACE", help="Where to keep the new key: file:PATH or keyring:SERVICE.")
    ],
    gallery: GalleryOption = None,
) -> None:
    """Give a sealed gallery a new key. Copies from before need the old one; destroy it, and they are noise."""
    from mien.gallery.protection import keys

    old = keys.key_at()
    if old is None:
        raise ArgumentError(
            "The key that the gallery has now is needed: MIEN_KEY=PLACE, or mien --key PLACE."
        )
    with open_store(gallery) as store:
        new = keys.new_key()
        keys.save_key(new_key, new)
        store.rekey(old, new)
    say(
        f"The gallery now has the key in {new_key}. Destroy the old one where copies must not be read any more."
    )


def is_there(place: str) -> bool:
    """Whether a file, or a gallery on a server, is there already."""
    from mien.gallery import stores

    if "://" not in place:
        return Path(place).exists()
    try:
        stores.open_store(place).close()
    except GalleryNotFound:
        return False
    except KeyUnusable:  # it is there, and sealed
        return True
    return True


def days(text: str) -> float | None:
    """Days of "180d", "26w", "6m" or "3y"; None for "none"; ArgumentError for anything else."""
    if text.strip().lower() == "none":
        return None
    found = re.fullmatch(r"(\d+)\s*([dwmy])", text.strip().lower())
    if not found or not int(found[1]):
        raise ArgumentError(f'The retention is {text!r}; expected such as 30d, 26w, 6m or 3y, or "none".')
    return float(int(found[1]) * DAYS[found[2]])


def kept(retention: float | None) -> str:
    """A retention in words."""
    return "without end" if retention is None else f"for {retention:g} days"


def detail(values: object) -> str:
    """What an entry says, in one line."""
    pairs = dict(values).items() if isinstance(values, dict) else []
    return ", ".join(f"{key}: {value}" for key, value in pairs if value not in (None, "", []))
