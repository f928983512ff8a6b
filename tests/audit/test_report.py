"""The whole report on a made-up collection: each figure computed again, and a page that stands alone."""

import json
import re

import numpy as np
import pytest

from bench.audit_again import checks, rates
from mien.audit import as_json, page
from mien.audit.report import OwnPoint
from mien.audit.slices import in_quarters
from mien.audit.words import facts, headline, share, worst_slices
from mien.errors import AuditError
from mien.types import objects


def test_every_figure_equals_an_independent_recomputation(report, made_up):
    found = list(checks(report, made_up[2]))
    wrong = [(what, ours, theirs) for what, ours, theirs in found if not abs(ours - theirs) <= 1e-9]
    assert len(found) > 130
    assert wrong == []


def test_there_are_errors_to_measure(report):
    """Else the equalities above would say little."""
    assert report.main.fnmr.count > 10
    assert report.open_set.sizes[-1].points[0].fnir.count > 5
    assert 0.5 < report.clusters.f < 1


def test_failures_to_acquire_are_counted_and_make_misses(report, made_up):
    source = made_up[0]
    assert report.acquisition.kinds == {"no face": 1, "unreadable": 1}
    assert report.acquisition.fta.count == 2
    counts = np.bincount(source.person)
    attempted = (counts * (counts - 1) // 2).sum()
    missed = report.main.fnmr.count + attempted - report.data.genuine
    assert report.main.generalized_fnmr == pytest.approx(missed / attempted, abs=1e-12)
    assert report.main.generalized_fnmr > report.main.fnmr.value


def test_the_main_point_is_the_lowest_that_thirty_errors_stand_behind(report):
    assert report.data.impostors * 0.001 < 30 < report.data.impostors * 0.01 or report.main.asked == 0.001


def test_slices_add_up_and_quarters_are_made_of_many_numbers(report, made_up):
    (column,) = report.columns
    assert [one.value for one in column.slices] == sorted(one.value for one in column.slices)
    assert len(column.slices) == 4
    # Every comparison of one person is within one slice of that person's age.
    assert sum(one.fnmr.trials for one in column.slices) == report.data.genuine
    worst = max(column.slices, key=lambda one: one.fnmr.value)
    assert column.worst_fnmr == worst.value
    assert any(worst.value in line for line in worst_slices(report))
    few = objects(["1", "2", "", "2"])
    assert in_quarters(few) is few


def test_every_slice_equals_an_independent_recomputation(report, made_up):
    facts = made_up[2]
    (column,) = report.columns
    ages = facts.person // 4 + 20
    score, a, b = facts.pairs
    for one in column.slices:
        low, high = map(float, one.value.split(" to "))
        last = one is column.slices[-1]
        mask = [(ages[x] >= low) & ((ages[x] <= high) if last else (ages[x] < high)) for x in (a, b)]
        both = mask[0] & mask[1]
        same = facts.person[a] == facts.person[b]
        point = OwnPoint(0.0, report.main.threshold, one.fmr, one.fnmr)
        found = list(rates(point, score[both], a[both], b[both], same[both], facts.person))
        assert [what for what, ours, theirs in found if not abs(ours - theirs) <= 1e-9] == []
        assert one.people == len(np.unique(facts.person[np.concatenate([a[both], b[both]])]))


def test_better_quality_means_fewer_misses_in_this_collection(report):
    assert report.discard.fnmr[-1] < 0.8 * report.discard.fnmr[0]


def test_the_worst_pairs_are_in_order_and_no_photograph_comes_twice(report):
    scores = [pair.score for pair in report.alike]
    assert scores == sorted(scores, reverse=True)
    assert [pair.score for pair in report.unlike] == sorted(pair.score for pair in report.unlike)
    shown = [name for pair in report.unlike for name in (pair.a, pair.b)]
    assert len(shown) == len(set(shown))
    assert report.unlike[0].crops[0][:2] == b"\xff\xd8"


def test_json_has_the_figures_and_no_pictures(report):
    text = json.dumps(as_json(report), allow_nan=False)
    again = json.loads(text)
    assert again["format"] == "mien.audit.recognition/1"
    assert again["verification"]["points"][0]["fnmr"]["value"] == report.verification.points[0].fnmr.value
    assert "crops" not in text
    assert again["provenance"]["models"][1]["licence"] == "Apache-2.0"
    assert re.fullmatch("[0-9a-f]{64}", again["provenance"]["models"][0]["sha256"])


def test_the_page_refers_to_nothing_outside_itself(report):
    html = page(report)
    assert "<script" not in html
    assert "@import" not in html
    assert not re.search(r"url\(|<link|<iframe|<object|srcset", html)
    assert all(src.startswith("data:image/jpeg;base64,") for src in re.findall(r'src="([^"]*)"', html))
    assert "href" not in html
    assert "http" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", html)


def test_the_page_says_what_the_report_says(report):
    html = page(report)
    assert headline(report) in html
    assert share(report.main.fnmr.value) in html
    assert all(fact.value in html for fact in facts(report))
    assert html.count("<svg") >= 9
    assert html.count("<svg") == html.count("</svg>")
    assert f"SHA-256 of who.csv: {'0' * 64}" in html
    assert "prefers-color-scheme: dark" in html


def test_names_cannot_put_anything_into_the_page(report):
    from dataclasses import replace

    evil = "<script>alert(1)</script>"
    pair = replace(report.alike[0], a=evil)
    column = replace(report.columns[0], name=evil)
    html = page(replace(report, alike=(pair,), columns=(column,)))
    assert evil not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (None, "none"),
        (0.0181240, "1.81 %"),
        (0.123, "12.3 %"),
        (9.992e-05, "0.00999 %"),
        (0.99274, "99.27 %"),
        (0.99996, "> 99.99 %"),
        (1e-7, "0.00001 %"),
    ],
)
def test_shares_are_told_with_three_digits_and_never_rounded_to_certainty(value, told):
    assert share(value) == told


def test_without_two_photographs_of_anybody_there_is_nothing_to_measure(made_up):
    from mien.audit.recognition import evaluate
    from mien.audit.sources import Source
    from mien.faces import default_engine

    source, looks, _ = made_up
    first = np.unique(source.person, return_index=True)[1]
    alone = Source(tuple(source.files[i] for i in first), source.person[first], named=True)
    with pytest.raises(AuditError, match="two photographs of one person"):
        evaluate(alone, [looks[i] for i in first], default_engine())
