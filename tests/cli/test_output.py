"""What is printed for people: text that cannot harm a terminal, numbers, times, tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.cli.output import clock, counted, percent, shown, table


@given(st.text())
def test_shown_is_one_harmless_line(text):
    line = shown(text)
    assert line.isprintable() or not set(line) & {chr(i) for i in (*range(32), *range(127, 160))}
    assert len(f"{line}x".splitlines()) == 1
    line.encode("utf-8")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])))
def test_shown_leaves_all_scripts_alone(text):
    assert shown(text) == text


def test_shown_escapes_commands_to_the_terminal():
    assert shown("\x1b[2J\udcff") == r"\x1b[2J\udcff"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00.0"), (3.24, "0:03.2"), (59.96, "1:00.0"), (62.5, "1:02.5"), (3725.1, "1:02:05.1")],
)
def test_clock(seconds, text):
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("probability", "text"), [(1.0, "> 99.9 %"), (0.999, "99.9 %"), (0.5, "50.0 %"), (0.0, "< 0.1 %")]
)
def test_percent_is_never_certain(probability, text):
    assert percent(probability) == text


def test_counted():
    assert [counted(n, "face") for n in (0, 1, 1234)] == ["0 faces", "1 face", "1,234 faces"]


def test_tables_neither_wrap_nor_read_markup_where_piped(capsys):
    long = "x" * 300
    table(("name", "file"), [("[bold]a[/bold]", long), ("[/]", "[red]\x07")])
    lines = capsys.readouterr().out.splitlines()
    assert [line.rstrip() for line in lines[2:]] == [
        f"[bold]a[/bold]   {long}",
        r"[/]              [red]\x07",
    ]
