"""The report tells the truth, about a sound installation and about a broken one."""

from mien import doctor


def test_a_sound_installation_has_no_problems():
    report = doctor.report()
    assert report.ok, report.problems
    assert list(report.sections) == ["system", "runtime", "models", "media", "self-test"]
    named = {fact.name: fact for facts in report.sections.values() for fact in facts}
    assert "AVIF" in named["stills"].value
    assert "MIT" in next(fact for fact in report.sections["models"] if fact.name == "yunet").value


def test_missing_weights_are_a_fact_and_not_a_crash(monkeypatch, tmp_path):
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / "face_detection_yunet_2023mar_int8bq.onnx").write_bytes(b"damaged")
    monkeypatch.setenv("MIEN_MODELS", str(mirror))
    report = doctor.report()
    assert not report.ok
    assert {fact.name for fact in report.problems} == {"yunet", "stopped"}
    assert any("not the file" in fact.value for fact in report.problems)


def test_a_format_that_does_not_decode_is_named(monkeypatch):
    from PIL import Image

    monkeypatch.delitem(Image.SAVE, "AVIF")
    Image.init()
    report = doctor.report()
    assert [fact.value for fact in report.problems] == ["JPEG, PNG, WEBP, TIFF, BMP, GIF; not AVIF"]


def test_speed_is_reported_on_request():
    speed = doctor.report(bench=True).sections["speed"]
    assert [fact.name for fact in speed][:3] == ["detect, 640 x 480", "detect, 1280 x 720", "embed"]
