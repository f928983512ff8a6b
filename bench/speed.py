"""How fast faces are found, embedded and named, beside the usual ways to do it, in the same run."""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench import peers
from bench.report import Row
from bench.shared import shared
from bench.timing import cpu_ms, wall_and_cpu
from mien import NoFaceFound, models
from mien.batch import identify_files
from mien.faces import align, default_engine
from mien.faces.embed import unit
from mien.faces.yunet import iou
from mien.gallery import Gallery, open_gallery
from mien.media import read_image
from mien.types import Faces, Image

WORKERS = 2


def embedding(quick: bool) -> Iterator[Row]:
    """One aligned face through our graph, the packaged graph and dlib's network, one thread each."""
    engine = default_engine()
    image = read_image(shared("faces/group_photos/009_C.jpg"))
    crop = align.crops(image, engine.detect(image).largest())
    shipped = peers.packaged_sface()
    blob = crop.transpose(0, 3, 1, 2).astype(np.float32)
    network = peers.dlib_network()
    chip = peers.resized(crop[0], 150, 150)
    taken = cpu_ms(
        {
            "ours": lambda: engine.embedder.embed(crop),
            "packaged": lambda: shipped.run(None, {"data": blob}),
            "dlib": lambda: network.compute_face_descriptor(chip),
        },
        rounds=5 if quick else 40,
    )
    theirs = engine.embedder.centred(unit(shipped.run(None, {"data": blob})[0]))
    same = float(theirs[0] @ engine.embedder.embed(crop)[0])
    to_packaged, to_dlib = taken["ours"] / taken["packaged"], taken["ours"] / taken["dlib"]
    yield Row(
        "embed one face, one thread",
        f"{taken['ours']:.1f} CPU-ms: {to_packaged:.2f} of the packaged graph, {to_dlib:.2f} of dlib's ResNet",
        "≤ 0.38, ≤ 0.22",
        to_packaged <= 0.38 and to_dlib <= 0.22,
        f"packaged {taken['packaged']:.1f}, dlib {taken['dlib']:.1f} CPU-ms; cosine to the packaged graph {same:.6f}",
    )


def detection(quick: bool) -> Iterator[Row]:
    """One pass at full size beside OpenCV's class on the same weights, one thread each."""
    import cv2

    cv2.setNumThreads(1)
    detector = default_engine().detector
    pictures = [
        read_image(shared("faces/group_photos") / name) for name in ("000_5.jpg", "011_3.jpg", "013_4.jpg")
    ]
    for width, height in ((640, 480), (1280, 720)):
        peer = cv2.FaceDetectorYN.create(str(models.prepared("yunet")), "", (width, height), 0.6, 0.3, 5000)
        images = [peers.resized(picture, width, height) for picture in pictures]
        taken = cpu_ms(
            {
                "ours": lambda images=images: [detector.once(image) for image in images],
                "whole": lambda images=images: [detector.detect(image) for image in images],
                "peer": lambda images=images, peer=peer: [
                    peer.detect(image[..., ::-1].copy()) for image in images
                ],
            },
            rounds=5 if quick else 30,
        )
        worst, count = agreement(detector.once, peer, images)
        ratio = taken["ours"] / taken["peer"]
        yield Row(
            f"detect {width}×{height}, one thread",
            f"{taken['ours'] / 3:.1f} CPU-ms, {ratio:.2f} of OpenCV's FaceDetectorYN; "
            f"lowest IoU {worst:.3f} over {count} faces",
            "≤ 0.6, IoU ≥ 0.95",
            ratio <= 0.6 and worst >= 0.95,
            f"OpenCV {taken['peer'] / 3:.1f} CPU-ms; with every size and orientation {taken['whole'] / 3:.1f} CPU-ms",
        )
    cv2.setNumThreads(-1)


def agreement(once: Callable[[Image], Faces], peer: Any, images: list[Image]) -> tuple[float, int]:
    """The lowest IoU of a face with the peer's nearest (0 where the counts differ), and how many faces."""
    worst, count = 1.0, 0
    for image in images:
        ours = once(image)
        theirs = peer.detect(image[..., ::-1].copy())[1]
        boxes = np.zeros((0, 4), np.float32) if theirs is None else theirs[:, :4].copy()
        boxes[:, 2:] += boxes[:, :2]
        if len(boxes) != len(ours):
            return 0.0, count
        worst = min([worst, *(float(iou(box, boxes).max()) for box in ours.boxes)])
        count += len(ours)
    return worst, count


def folder(quick: bool) -> Iterator[Row]:
    """500 LFW pictures from files to names, beside two loops as one would write them."""
    root = shared("faces/lfw")
    files = sorted(root.glob("*/*.jpg"))[:: 38 if quick else 7][: 60 if quick else 500]
    with tempfile.TemporaryDirectory() as place, open_gallery(Path(place) / "bench.mien") as people:
        enroll_some(people)
        ours, cpu = wall_and_cpu(lambda: list(identify_files(people, files, workers=WORKERS)))
    opencv, _ = wall_and_cpu(lambda: peers.opencv_loop(files))
    alone, _ = wall_and_cpu(lambda: peers.opencv_loop(files, threads=1))
    alike, _ = wall_and_cpu(lambda: peers.opencv_loop(files, threads=1, min_score=0.6))
    dlib, _ = wall_and_cpu(lambda: peers.dlib_loop(files[:: 1 if quick else 5]))
    dlib *= 1 if quick else 5
    busy = cpu / ours / min(WORKERS, os.cpu_count() or 1)
    yield Row(
        f"a folder of {len(files)} LFW pictures, files to names, {WORKERS} workers",
        f"{len(files) / ours:.0f} pictures/s: {dlib / ours:.1f} times dlib, {opencv / ours:.2f} times OpenCV; "
        f"{busy:.0%} of both cores",
        "≥ 6, ≥ 1.8, ≥ 85 %",
        dlib / ours >= 6 and opencv / ours >= 1.8 and busy >= 0.85,
        "OpenCV uses both cores inside each network, and embeds faces from a score of 0.9 on; Mien those from 0.6 on, "
        f"at any angle. OpenCV held to one thread: {alone / ours:.2f} times; and embedding from 0.6 on: "
        f"{alike / ours:.2f} times. Missed because embedding is most of the time, and takes both about as long",
    )


def threads(quick: bool) -> Iterator[Row]:
    """One engine and one gallery shared by 16 threads."""
    root = shared("faces/lfw")
    files = sorted(root.glob("*/*.jpg"))[::190][:20]
    calls = 10 if quick else 200
    with tempfile.TemporaryDirectory() as place, open_gallery(Path(place) / "bench.mien") as people:
        enroll_some(people)
        images = [read_image(file) for file in files]
        serial = [fingerprint(people, image) for image in images]
        differing = shared_calls(people, images, serial, calls)
    yield Row(
        f"16 threads sharing one engine and gallery, {calls} calls each",
        f"{differing} of {16 * calls} results differ from the serial ones",
        "bit-equal",
        differing == 0,
    )


def enroll_some(people: Gallery) -> None:
    """Twenty people of LFW, from their second photograph."""
    for path in itertools.islice(sorted(shared("faces/lfw").glob("*/*_0002.jpg")), 40):
        with contextlib.suppress(NoFaceFound):  # several faces, none of them the largest
            people.enroll(path.parent.name, path)
        if people.info().people == 20:
            return


def shared_calls(people: Gallery, images: list[Image], serial: list[bytes], calls: int) -> int:
    """How many of 16 x calls answers, given by 16 threads at once, differ in any bit."""
    differing = [0] * 16

    def work(number: int) -> None:
        for call in range(calls):
            i = (number + call) % len(images)
            differing[number] += fingerprint(people, images[i]) != serial[i]

    crew = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for member in crew:
        member.start()
    for member in crew:
        member.join()
    return sum(differing)


def fingerprint(people: Gallery, image: Image) -> bytes:
    """All bits of an answer."""
    faces = people.identify(image)
    numbers = [array.tobytes() for array in faces.columns().values() if array.dtype != object]
    return b"".join(numbers) + repr([faces.names.tolist(), faces.reasons.tolist()]).encode()
