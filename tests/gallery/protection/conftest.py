"""Real faces: two photographs each of forty people."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def pairs(request):
    """(40, 128) float64 twice: the same people in different photographs, in the same order."""
    from mien.faces import default_engine
    from mien.media import read_image

    engine = default_engine()
    root = request.getfixturevalue("shared") / "data/faces/lfw"
    both = [sorted(folder.glob("*.jpg"))[:2] for folder in sorted(root.iterdir()) if folder.is_dir()]
    both = [files for files in both if len(files) == 2][:40]
    rows = []
    for path in np.ravel(both):
        image = read_image(path)
        faces = engine.detect(image)
        middle = int(np.argmin(np.linalg.norm(faces.centres - 125, axis=1)))  # pictures of 250 x 250 pixels
        rows.append(engine.embed(image, faces[middle]).embeddings[0])
    embeddings = np.array(rows, np.float64).reshape(len(both), 2, -1)
    return embeddings[:, 0], embeddings[:, 1]
