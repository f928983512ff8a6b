"""The expected numbers of the self-test are those of the published graphs, and a wrong model fails it."""

import tomllib

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from mien import models
from mien.doctor.selftest import GOLDEN, probe, selftest, summary


@pytest.mark.parametrize("name", ["yunet", "sface"])
def test_the_expected_numbers_come_from_the_published_graphs(name):
    card = models.card(name)
    model = onnx.load(models.locate(card))
    kept = [i for i in model.graph.input if i.name == card.input.name]
    del model.graph.input[:]
    model.graph.input.extend(kept)
    outputs = ReferenceEvaluator(model).run(
        list(card.outputs), {card.input.name: probe((1, *card.check[1:]))}
    )
    expected = tomllib.loads(GOLDEN.read_text())[name]["summary"]
    # The file holds seven digits.
    np.testing.assert_allclose(summary(outputs), expected, rtol=1e-5, atol=1e-6)


def test_a_wrong_channel_order_would_be_noticed(monkeypatch):
    run = models.Session.run
    monkeypatch.setattr(
        models.Session, "run", lambda self, feeds: run(self, {k: v[:, ::-1] for k, v in feeds.items()})
    )
    assert [fact.ok for fact in selftest()] == [False, False]
