"""README and pages say what is so: commands exist, links lead somewhere, code compiles, tables agree with the code."""

import importlib.util
import json
import re
import shlex
from pathlib import Path

import pytest
import typer

import mien
from mien import errors, models
from mien.cli import app
from mien.faces import quality
from mien.gallery.decide import Calibration, threshold
from mien.media import Limits
from mien.types import Issue

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
UsageError = typer.BadParameter.__base__  # typer carries a click of its own
INLINE = re.compile(r"`(mien [^`]+)`")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def commands(page: Path) -> list[list[str]]:
    """The arguments of each command line of `mien` in a page, whether in a block or in a sentence."""
    text = page.read_text("utf-8")
    lines = [line for language, block in BLOCK.findall(text) if not language for line in block.splitlines()]
    lines = [line.removeprefix("$ ") for line in lines] + INLINE.findall(BLOCK.sub("", text))
    return [shlex.split(line, comments=True)[1:] for line in lines if re.match(r"mien [a-z-]", line)]


@every_page
def test_every_command_line_is_accepted(page):
    root = typer.main.get_command(app)
    for words in commands(page):
        accept(root, [word for word in words if word != "…"])


def accept(command, words):
    """Parse the words with the command, down to its last sub-command, without running anything.

    A command that is only named, as in a sentence, needs no arguments.
    """
    if not words:
        return
    with command.make_context(command.name, list(words)) as context:
        rest = getattr(context, "_protected_args", []) + context.args
        if hasattr(command, "commands"):
            if rest:
                assert rest[0] in command.commands, f"no command {rest[0]!r} in {words}"
                accept(command.commands[rest[0]], rest[1:])
        else:
            assert not rest, f"{rest} left over in {words}"


@pytest.mark.parametrize(
    "line", ["identify --nope a.jpg", "verify a.jpg", "verify a b c", "people frobnicate", "nope"]
)
def test_a_wrong_command_line_would_be_noticed(line):
    with pytest.raises((AssertionError, UsageError)):
        accept(typer.main.get_command(app), line.split())


def test_the_readme_shows_the_main_commands():
    shown = {words[0] for words in commands(ROOT / "README.md") if words}
    assert shown >= {"enroll", "identify", "verify", "watch", "people", "models", "doctor", "demo"}


@every_page
def test_every_link_leads_to_a_file_and_a_heading(page):
    for target in LINK.findall(page.read_text("utf-8")):
        if target.startswith("https://"):
            continue
        path, _, heading = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), f"{page.name}: {target}"
        if heading:
            assert heading in anchors(file), f"{page.name}: {target}"


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as MkDocs makes them."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w]+", "-", heading.lower()).strip("-") for heading in headings}


@every_page
def test_every_python_block_compiles_and_uses_what_exists(page):
    for language, block in BLOCK.findall(page.read_text("utf-8")):
        if language == "python":
            compile(block, str(page), "exec")
            for name in re.findall(r"\bmien\.(\w+)", block):
                assert name in mien.__all__ or importlib.util.find_spec(f"mien.{name}"), (
                    f"{page.name}: mien.{name}"
                )


def test_the_api_page_tells_of_every_public_name():
    text = (ROOT / "docs/api.md").read_text("utf-8")
    assert [name for name in mien.__all__ if not re.search(rf"\b{name}\b", text)] == []


def test_the_page_of_errors_draws_the_tree_of_the_code():
    assert errors.__doc__ is not None
    tree = [line.strip() for line in errors.__doc__.splitlines() if "──" in line]
    page = (ROOT / "docs/errors.md").read_text("utf-8")
    assert len(tree) > 20
    assert [line for line in tree if line not in page] == []


def test_the_page_of_quality_has_every_issue_with_its_limit():
    page = (ROOT / "docs/quality.md").read_text("utf-8")
    limits = dict(re.findall(r"^\| `(.+?)` \|.*\| ([\d.]+)", page, re.MULTILINE))
    assert {name: float(limit) for name, limit in limits.items()} == {
        Issue.SMALL_BOUNDING_BOX: quality.MIN_WIDTH,
        Issue.LOW_CONFIDENCE: quality.MIN_SCORE,
        Issue.LOW_SHARPNESS: quality.MIN_SHARPNESS,
        Issue.NOISY: quality.MAX_NOISE,
        Issue.LOW_BRIGHTNESS: quality.MIN_BRIGHTNESS,
        Issue.HIGH_BRIGHTNESS: quality.MAX_BRIGHTNESS,
        Issue.LOW_CONTRAST: quality.MIN_CONTRAST,
        Issue.EXTREME_POSE: quality.MAX_YAW,
        Issue.OCCLUDED: quality.COVERED_SCORE,
        Issue.CUT_OFF: 100 * quality.MAX_CUT,
    }
    assert f"at least {quality.ENROL_WIDTH:.0f} pixels wide" in page


def test_the_page_of_media_has_the_limits():
    page = (ROOT / "docs/media.md").read_text("utf-8")
    limits = Limits()
    assert f"| {limits.max_bytes // 2**20} MiB | `max_bytes`" in page
    assert f"| {limits.max_pixels // 10**6} million | `max_pixels`" in page
    assert f"| {limits.max_frames:,} | `max_frames`" in page
    assert f"| {limits.max_animation_pixels // 10**6:,} million | `max_animation_pixels`" in page


def test_the_thresholds_in_the_readme_are_those_of_the_card():
    text = (ROOT / "README.md").read_text("utf-8")
    sizes = re.search(r"^\| people enrolled.*?\|(.+)\|$", text, re.MULTILINE)
    needed = re.search(r"^\| similarity needed at 1 % \|(.+)\|$", text, re.MULTILINE)
    assert sizes
    assert needed
    card = models.card("sface")
    calibration = Calibration.from_card(card.decision, card.name)
    people = [int(cell.replace(",", "")) for cell in sizes.group(1).split("|")]
    computed = [f"{threshold(calibration, [size, 0, 0], 0.01):.2f}" for size in people]
    assert [cell.strip() for cell in needed.group(1).split("|")] == computed


def test_the_licences_in_the_pages_are_those_of_the_cards():
    page = (ROOT / "docs/models.md").read_text("utf-8")
    licences = re.search(r"^\| licence of the weights \| (\S+) \| (\S+) \|$", page, re.MULTILINE)
    assert licences
    assert licences.groups() == (models.card("yunet").licence, models.card("sface").licence)


def test_no_page_claims_an_index_that_does_not_carry_it():
    for page in PAGES:
        assert not re.search(r"pip install mien\b", page.read_text("utf-8")), page.name


@pytest.fixture
def figures(monkeypatch, tmp_path):
    """The hook that fills in figures, with results of its own."""
    spec = importlib.util.spec_from_file_location("figures", ROOT / "docs/figures.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "RESULTS", tmp_path)
    row = {"row": "face of 32 pixels", "figure": "97 %", "bar": "≥ 98 %", "ok": False, "note": "30 faces"}
    other = {"row": "speed", "figure": "9 ms", "bar": "reported", "ok": None, "note": ""}
    (tmp_path / "recognition.json").write_text(json.dumps({"rows": [row, other]}), "utf-8")
    return module


def test_pages_show_what_the_bench_measured_misses_too(figures):
    page = figures.on_page_markdown("before\n<!-- bench:recognition face of -->\nafter")
    assert "| face of 32 pixels<br><small>30 faces</small> | 97 % | ≥ 98 % | **no** |" in page
    assert "speed" not in page
    assert "| speed | 9 ms | reported |  |" in figures.on_page_markdown("<!-- bench:recognition -->")


def test_pages_do_not_invent_figures_that_were_not_measured(figures):
    assert "Not measured" in figures.on_page_markdown("<!-- bench:other -->")
    assert figures.on_page_markdown("<!-- a comment -->") == "<!-- a comment -->"


def test_every_mark_in_the_pages_is_filled_in(figures):
    marks = [mark for page in PAGES for mark in re.findall(r"<!-- .*? -->", page.read_text("utf-8"))]
    assert len(marks) >= 4
    assert all(figures.MARK.fullmatch(mark) for mark in marks)
    assert "| 1,000 | 0.4" in figures.on_page_markdown("<!-- thresholds -->")
