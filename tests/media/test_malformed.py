"""A small edition of the bench: nothing crashes, hangs or fails without saying which file and why."""

from bench.malformed import read_all
from bench.malformed_files import corpus


def test_120_malformed_files(tmp_path):
    outcome = read_all(corpus(tmp_path, 120, seed=7))
    assert outcome.files == 120
    assert outcome.crashes == []
    assert outcome.hangs_over_5s == []
    assert outcome.unclear_errors == []
    # Most bit flips and all files of a wrong name leave something to read; of all kinds that is about 4 in 10.
    assert 30 <= outcome.read_anyway <= 70


def test_the_corpus_is_the_same_for_the_same_seed(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        corpus(tmp_path / name, 60, seed=1)
    a, b = (
        sorted(p for p in (tmp_path / name).iterdir() if p.is_file() and not p.is_symlink()) for name in "ab"
    )
    assert [p.name for p in a] == [p.name for p in b]
    assert len(a) > 40
    assert all(p.read_bytes() == q.read_bytes() for p, q in zip(a, b, strict=True))
