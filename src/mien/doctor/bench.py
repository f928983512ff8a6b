"""How much processor time the main steps take on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from mien.doctor.report import Fact
from mien.doctor.selftest import probe


def timings() -> Iterator[Fact]:
    """CPU-milliseconds of detecting, embedding and searching, on one thread."""
    yield from detecting()
    yield from embedding()
    yield from searching()


def detecting() -> Iterator[Fact]:
    """One pass at the picture's own size, from pixels to `Faces`."""
    from mien.faces.detect import Detector

    detector = Detector()
    for width, height in ((640, 480), (1280, 720)):
        image = np.ascontiguousarray(probe((1, 3, height, width))[0].transpose(1, 2, 0)).astype(np.uint8)
        took = cpu_ms(partial(detector.once, image), 10)
        yield Fact(f"detect, {width} x {height}", f"{took:.1f} CPU-ms for one pass")


def embedding() -> Iterator[Fact]:
    """The embedder as it is used, against the same graph with its PRelu nodes left as published."""
    import onnx

    from mien.models import card, locate, open_session
    from mien.models.fold import fold
    from mien.models.session import CPU, load

    model = card("sface")
    feeds = {model.input.name: probe((1, *model.check[1:]))}
    with open_session(model, provider="cpu") as session:
        rewritten = cpu_ms(lambda: session.run(feeds), 30)
    yield Fact("embed", f"{rewritten:.1f} CPU-ms for a face")
    graph = fold(onnx.load(locate(model)), {model.input.name: model.input.shape}, keep_prelu=True)
    plain = load(graph.SerializeToString(), model.name, CPU, 1)
    with_prelu = cpu_ms(lambda: plain.run(None, feeds), 20)
    ratio = rewritten / with_prelu
    value = f"takes {ratio:.2f} of the time with PRelu kept ({with_prelu:.1f} CPU-ms)"
    yield Fact("embed, PRelu rewritten", value, ratio < 1)


def searching() -> Iterator[Fact]:
    """Exact search for the best ten among 100,000 random vectors."""
    from mien.gallery.search import ExactSearch

    rng = np.random.default_rng(0)
    search = ExactSearch(128)
    search.add(np.arange(100_000), rng.standard_normal((100_000, 128), np.float32))
    query = rng.standard_normal((1, 128), np.float32)
    yield Fact(
        "search, 100,000 x 128", f"{cpu_ms(lambda: search.search(query, 10), 30):.1f} CPU-ms for a face"
    )


def cpu_ms(call: Callable[[], object], repeats: int) -> float:
    """Processor time of one call in milliseconds: the tenth percentile, which is disturbed least."""
    call()
    times = []
    for _ in range(repeats):
        started = time.process_time()
        call()
        times.append(time.process_time() - started)
    return float(np.percentile(times, 10)) * 1e3
