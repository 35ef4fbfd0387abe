"""Bad files given to be judged: a clear answer each, through the command itself."""

from __future__ import annotations

import json
import resource
import time

import pytest
from hostile import FILES, lay_down

from rmdocs.cli.main import main
from rmdocs.signing.integrity import LARGEST

LIGHT = [name for name, bad in FILES.items() if not bad.heavy]


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    return lay_down(tmp_path_factory.mktemp("bad"))


@pytest.fixture
def judged(founded, capsys, monkeypatch):
    """Return a function that has a file judged and returns code, output and errors."""
    monkeypatch.delenv("RMDOCS_WORKSPACE", raising=False)

    def call(path, *words, lang="en"):
        code = main(["--lang", lang, "-w", str(founded), "signatures", str(path), *words])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return call


@pytest.mark.parametrize("name", LIGHT)
def test_each_gets_a_clear_answer(judged, bad, name):
    start = time.monotonic()
    code, out, err = judged(bad[name], "--json")
    assert time.monotonic() - start < 10
    answer = json.loads(out or err)
    findings = answer["findings"]
    assert code == 1
    assert [one["code"] for one in findings] == [FILES[name].signatures]
    assert all(one["message"] and one["remedy"] for one in findings)
    told = [text for lang in ("en", "zh") for text in judged(bad[name], lang=lang)[1:]]
    assert not any("Traceback" in text for text in told)


def test_of_a_file_without_end_only_the_beginning_is_read(judged, tmp_path):
    path = tmp_path / "endless.pdf"
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(2**36)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    code, out, err = judged(path)
    assert (code, f"larger than {LARGEST >> 20} MB" in out + err) == (1, True)
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert more < 4 * LARGEST


@pytest.mark.parametrize("name", [".", "absent.pdf"])
def test_what_is_no_file(judged, tmp_path, name):
    code, _, err = judged(tmp_path / name)
    assert (code, "Traceback" in err) == (2, False)


def test_a_file_that_may_not_be_read(judged, tmp_path, monkeypatch):
    path = tmp_path / "closed.pdf"
    path.write_bytes(b"%PDF-1.7")

    opened = type(path).open

    def refuse(self, *words, **named):
        if self == path:
            raise PermissionError(13, "Permission denied")
        return opened(self, *words, **named)

    # Whoever runs the tests may read everything.
    monkeypatch.setattr(type(path), "open", refuse)
    code, _, err = judged(path)
    assert (code, "closed.pdf cannot be read: you may not use it" in err) == (2, True)
