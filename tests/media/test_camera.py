"""A camera shows the present: late frames are dropped and counted, lost connections are made again."""

import io
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from bench.media_seeds import videos
from mien.errors import ArgumentError, MediaNotFound, StreamLost
from mien.media import open_camera, read_frames
from mien.media.sources import without_password

FAST = {"backoff": 0.01, "patience": 2.0}


def jpeg(grey: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (grey, grey, grey)).save(out, "JPEG")
    return out.getvalue()


class Webcam(BaseHTTPRequestHandler):
    """Sends pictures that grow brighter by one, 20 a connection at 100 a second, and hangs up."""

    pictures = 0

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=x")
        self.end_headers()
        for _ in range(20):
            data = jpeg(Webcam.pictures % 200)
            Webcam.pictures += 1
            header = b"--x\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(data)
            try:
                self.wfile.write(header + data + b"\r\n")
            except OSError:
                return
            time.sleep(0.01)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def webcam() -> Iterator[ThreadingHTTPServer]:
    Webcam.pictures = 0
    with ThreadingHTTPServer(("127.0.0.1", 0), Webcam) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_stream_is_read_across_lost_connections(webcam):
    with open_camera(f"http://127.0.0.1:{webcam.server_port}/", **FAST) as camera:
        frames = [frame for frame, _ in zip(camera, range(50), strict=False)]
        assert camera.reconnects >= 2  # 20 pictures a connection
    assert np.diff([f.time for f in frames]).min() > 0
    assert frames[0].image.shape == (48, 64, 3)
    brightness = [int(f.image[0, 0, 0]) for f in frames]
    assert np.diff(brightness).min() > 0  # each picture once, in order


def test_who_is_slow_sees_the_present(webcam):
    with open_camera(f"http://127.0.0.1:{webcam.server_port}/", **FAST) as camera:
        seen = []
        for frame, _ in zip(camera, range(8), strict=False):
            seen.append(frame.index)
            time.sleep(0.1)  # about ten pictures arrive meanwhile
        # Whatever arrived up to the last one seen was seen or dropped.
        assert camera.dropped >= seen[-1] + 1 - len(seen)
    assert np.diff(seen).min() >= 3


def test_a_stream_that_stays_away_is_lost(webcam):
    address = f"http://user:secret@127.0.0.1:{webcam.server_port}/"
    with open_camera(address, attempts=3, **FAST) as camera:
        frames = iter(camera)
        assert next(frames).source == f"http://***@127.0.0.1:{webcam.server_port}/"
        webcam.shutdown()
        webcam.server_close()
        with pytest.raises(StreamLost, match=r"Gave up after 3 attempts") as caught:
            list(frames)
    assert "secret" not in str(caught.value)
    assert "***@127.0.0.1" in str(caught.value)


def test_a_silent_stream_runs_out_of_patience():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"http://127.0.0.1:{mute.getsockname()[1]}/"
        started = time.monotonic()
        with (
            open_camera(address, attempts=2, backoff=0.01, patience=0.3) as camera,
            pytest.raises(StreamLost, match="2 attempts"),
        ):
            list(camera)
        assert time.monotonic() - started < 5


def test_a_file_plays_at_its_own_speed_and_ends(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(videos()["moov_first.mp4"])
    expected = {f.index: f for f in read_frames(path)}
    started = time.monotonic()
    with open_camera(str(path)) as camera:
        frames = list(camera)
    assert 1.9 < time.monotonic() - started < 4  # 2 s of film
    assert len(frames) + camera.dropped == 50
    assert len(frames) > 25  # someone who does nothing but take them keeps up
    assert all(
        (f.image == expected[f.index].image).all() and f.time == expected[f.index].time for f in frames
    )


def test_failures_are_named(tmp_path):
    with open_camera(str(tmp_path / "none.mp4")) as camera, pytest.raises(MediaNotFound, match=r"none\.mp4"):
        list(camera)
    with (
        open_camera("63", attempts=1) as camera,
        pytest.raises(StreamLost, match="camera 63: there is no such"),
    ):
        list(camera)
    with pytest.raises(ArgumentError, match="attempts=0"):
        open_camera(0, attempts=0)
    with pytest.raises(ArgumentError, match="ftp://"):
        open_camera("ftp://host/film.mp4")


def test_passwords_are_left_out():
    assert without_password("rtsp://me:p@ss@door/main") == "rtsp://***@door/main"
    assert without_password("rtsp://door:554/main?at=me@home") == "rtsp://door:554/main?at=me@home"
