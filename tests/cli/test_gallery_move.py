"""`mien gallery export`, `import`, `migrate` and `index`: what is said, and that no password is."""

from tests.gallery.servers import postgres_server, postgres_url  # noqa: F401


def test_a_gallery_goes_into_a_file_and_becomes_one_again(mien, photos, tmp_path):
    assert mien("enroll", "Grace Hopper", photos / "grace.jpg").exit_code == 0
    file, new = tmp_path / "family.zip", tmp_path / "new.mien"
    told = mien("gallery", "export", file)
    assert (told.exit_code, told.stdout) == (0, f"Wrote {file}. It is as confidential as the gallery.\n")
    told = mien("gallery", "import", file, "--gallery", new)
    assert (told.exit_code, told.stdout) == (0, f"Made {new} of {file}, and verified it.\n")
    assert "Grace Hopper" in mien("people", "list", "--gallery", new).stdout
    again = mien("gallery", "import", file, "--gallery", new)
    assert again.exit_code == 2
    assert "holds a gallery already" in again.stderr


def test_a_gallery_moves_onto_a_server_and_back_and_is_used_there(mien, photos, tmp_path, postgres_url):  # noqa: F811
    assert mien("enroll", "Grace Hopper", photos / "grace.jpg").exit_code == 0
    secret = postgres_url.replace("postgres:@", "postgres:secret@")
    told = mien("gallery", "migrate", secret)
    assert told.exit_code == 0, told.stderr
    assert "Copied and verified" in told.stdout
    assert "secret" not in told.stdout
    assert mien("gallery", "index", "--gallery", postgres_url).exit_code == 0
    found = mien("identify", photos / "grace.jpg", "--gallery", postgres_url)
    assert (found.exit_code, "Grace Hopper" in found.stdout) == (0, True)
    assert mien("gallery", "check", "--gallery", postgres_url).exit_code == 0
    back = tmp_path / "back.mien"
    assert mien("gallery", "migrate", back, "--gallery", secret).exit_code == 0
    assert "Grace Hopper" in mien("people", "list", "--gallery", back).stdout
    gone = mien("gallery", "migrate", tmp_path / "other.mien", "--gallery", f"{secret}-none")
    assert gone.exit_code == 2
    assert "no gallery of that name" in gone.stderr
    assert "secret" not in gone.stderr


def test_a_gallery_on_a_server_is_made_with_its_charter_and_never_twice(mien, postgres_url):  # noqa: F811
    words = ("gallery", "create", "--purpose", "door", "--legal-basis", "contract", "--gallery", postgres_url)
    made = mien(*words, "--retention", "30d")
    assert (made.exit_code, "door; contract; kept for 30 days" in made.stdout) == (0, True)
    again = mien(*words, "--retention", "none")
    assert (again.exit_code, "something already" in again.stderr) == (2, True)
    assert "for 30 days" in mien("gallery", "info", "--gallery", postgres_url).stdout


def test_no_command_tells_the_password_of_an_address(mien, photos, tmp_path, monkeypatch, postgres_url):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    place = postgres_url.replace("postgres:@", "postgres:hunter2@")
    assert "hunter2" in place
    monkeypatch.setenv("MIEN_GALLERY", place)
    for words in (
        ("people", "list"),
        ("enroll", "Grace", photos / "grace.jpg"),
        ("people", "list"),
        ("people", "show", "Grace"),
        ("people", "show", "Bob"),
        ("identify", photos / "grace.jpg", "--json", "-"),
        ("gallery", "info"),
        ("gallery", "check"),
        ("gallery", "index"),
        ("gallery", "audit", "--json", "-"),
        ("gallery", "export", "out.zip"),
        ("gallery", "migrate", "copy.mien"),
        ("gallery", "create", "--purpose", "a", "--legal-basis", "b", "--retention", "none"),
        ("forget", "Grace", "--yes"),
        ("gallery", "import", "out.zip"),
    ):
        assert "hunter2" not in mien(*words).output, words
