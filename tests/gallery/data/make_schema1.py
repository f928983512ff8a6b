"""Makes schema1.mien and what it answered, schema1.json; run with the code of version 0.1.0 on the path.

git archive v0.1.0 src | tar -x -C /tmp && PYTHONPATH=/tmp/src python tests/gallery/data/make_schema1.py
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib import cbook
from PIL import Image
from skimage import data

import mien
from mien.gallery.stores.records import Kind, Model, NewFace
from mien.types import Issue

FILE = Path(__file__).with_name("schema1.mien")
OTHER = Model("other", "1", "cd" * 32, 16)


def main() -> None:
    """Writes both files anew."""
    FILE.unlink(missing_ok=True)
    with cbook.get_sample_data("grace_hopper.jpg") as file:
        grace = np.asarray(Image.open(file).convert("RGB"))
    eileen = data.astronaut()
    with mien.open(FILE) as people:
        people.enroll("Grace Murray", [grace, grace[:, ::-1].copy()])
        people.rename("Grace Murray", "Grace Hopper")
        people.enroll("Eileen Collins", eileen)
        invent(people.store, people.model)
        answers = {name: answer(people, image) for name, image in {"grace": grace, "eileen": eileen}.items()}
        store = people.store
        held = {
            "uuid": store.info().uuid,
            "seq": store.seq(),
            "people": [[p.id, p.name, p.faces, p.created.timestamp()] for p in store.people()],
            "faces": [
                [f.id, f.source, f.sha256, list(f.box), f.quality, [i.name for i in f.issues]]
                for p in store.people()
                for f in store.faces(p.name)
            ],
            "changes": [[c.seq, str(c.what), c.person_id, c.face_id] for c in store.changes_since(0)],
            "means": [int(k) for t in store.templates(people.model, Kind.PERSON) for k in t.keys],
            "answers": answers,
        }
    FILE.with_suffix(".json").write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n", "utf-8")


def invent(store, model) -> None:
    """People who are made up, and whatever else an old gallery may hold."""
    for i, name in enumerate(
        ("group-3", "Zoë Čapek", "李", "Ada", "Bob", "Gone", "group-8", "group-3 (person)")
    ):
        store.enroll(name, [face(10 * i + j, model) for j in range(1 + i % 3)])
    store.forget("Gone")
    store.remove_face(store.faces("Zoë Čapek")[0].id)
    store.add_person("No Face")
    janus = face(500, model)
    store.enroll("Janus", [janus, replace(janus, embeddings={model: -janus.embeddings[model]})])
    both = face(501, model)
    store.enroll("Two Models", [replace(both, embeddings=both.embeddings | face(502, OTHER).embeddings)])
    store.enroll("Late and Gone", [face(600, model)])
    store.forget("Late and Gone")


def face(number: int, model: Model) -> NewFace:
    """A made-up face by number."""
    embedding = np.random.default_rng(number).standard_normal(model.dim).astype(np.float32)
    return NewFace(
        {model: embedding}, f"{number}.jpg", f"{number:064x}", (1, 2, 30.5, 40), 0.75, (Issue.OCCLUDED,)
    )


def answer(people, image) -> dict[str, object]:
    """What the gallery says of an image with one face."""
    (found,) = people.identify(image)
    return {
        "name": found.names[0],
        "answer": str(found.answers[0]),
        "similarity": float(found.similarities[0]),
        "probability": float(found.probabilities[0]),
        "threshold": found.provenance["gallery"]["threshold"],
    }


if __name__ == "__main__":
    main()
