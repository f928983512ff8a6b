"""The network that tells speech, from where it is, or from its package."""

import pytest

from mien import models
from mien.errors import ModelError, WeightsMissing


@pytest.fixture(scope="session")
def silero():
    """An open session of silero-vad; where its weights are nowhere, they are added to the tests' own home."""
    try:
        models.locate("silero-vad")
    except WeightsMissing:
        try:
            models.add("silero-vad")
        except ModelError as error:
            pytest.skip(f"silero-vad is not here and could not be added: {error}")
    with models.open_session("silero-vad") as session:
        yield session
