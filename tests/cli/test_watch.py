"""`mien watch`, on a file that is played as if it were a camera."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mien.media import write_video
from mien.types import Frame

PROGRAM = Path(sys.executable).with_name("mien")


@pytest.fixture
def enrolled(mien, photos):
    assert mien("enroll", "Grace Hopper", photos / "grace.jpg").exit_code == 0
    return mien


def test_tells_who_appears_and_leaves(enrolled, clip):
    result = enrolled("watch", clip)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [re.sub(r"^0:0\d\.\d  ", "", line) for line in lines] == [
        "Grace Hopper appears",
        "Grace Hopper leaves",
    ]
    came, went = (float(line[2:6]) for line in lines)
    assert 0.8 <= came <= 2.3, "while she is in view; a busy machine looks less often"
    assert came <= went <= 2.4, "when she was last seen, not when that was noticed"
    assert re.fullmatch(r"mien: \d+ frames? dropped, 0 reconnections\.\n", result.stderr)


def test_ends_after_the_time_that_was_asked_for(enrolled, clip):
    result = enrolled("watch", clip, "--seconds", "0.3")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "dropped" in result.stderr


@pytest.fixture
def minute(grace, tmp_path):
    """Grace Hopper, in view for a minute: on no machine is it over before somebody can press a key."""
    write_video(tmp_path / "minute.mp4", (Frame(grace, i / 4, i) for i in range(240)), 4)
    return tmp_path / "minute.mp4"


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C cannot be sent in this way there")
def test_ctrl_c_ends_it_cleanly(enrolled, minute):
    started = time.monotonic()
    with subprocess.Popen(
        [PROGRAM, "watch", minute], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert "Grace Hopper appears" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert rest == ""
    assert re.fullmatch(r"mien: \d+ frames? dropped, 0 reconnections\.\n", errors)
    assert time.monotonic() - started < 50, "it ended by the key, not by the end of the film"


@pytest.mark.parametrize("source", ["missing.mp4", "gopher://door.local"])
def test_sources_that_are_none(enrolled, source):
    result = enrolled("watch", source)
    assert result.exit_code == 2
    assert source in result.stderr


def test_nobody_to_recognise(mien, clip):
    result = mien("watch", clip)
    assert result.exit_code == 2
    assert "mien enroll NAME" in result.stderr
