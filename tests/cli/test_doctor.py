"""`mien doctor`: prints what was found, and fails where something is wrong."""

import json

from mien import models


def test_all_is_well_here(mien):
    result = mien("doctor")
    assert result.exit_code == 0
    assert "ONNX Runtime" in result.stdout
    assert "WRONG" not in result.stdout
    assert result.stdout.splitlines()[-1] == "All that was tested works."


def test_json_is_all_there_is_on_stdout(mien):
    found = json.loads(mien("doctor", "--json").stdout)
    assert found["format"] == "mien.doctor/1"
    assert found["ok"] is True
    assert {"system", "runtime", "models", "media", "self-test"} <= set(found["sections"])


def test_broken_weights_are_found(mien, tmp_path, monkeypatch):
    (tmp_path / models.card("sface").weights.file).write_bytes(b"not a network")
    monkeypatch.setenv("MIEN_MODELS", str(tmp_path))
    result = mien("doctor")
    assert result.exit_code == 1
    assert "WRONG  sface" in result.stdout
    assert "sface" in result.stderr
