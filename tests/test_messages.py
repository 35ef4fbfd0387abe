"""Sentences keep both languages until one is chosen; findings and errors carry them."""

import re
from pathlib import Path

import rmdocs
from rmdocs.errors import ControlError, FindingsError, RmdocsError
from rmdocs.findings import Severity, error, has_errors, warning
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Bilingual, Called, Language, Verbatim, listed, message, translate


def test_a_message_fills_its_placeholders():
    said = message("{count} of {total}", count=1, total=2)
    assert said.text(Language.EN) == "1 of 2"


def test_a_word_of_data_comes_with_what_a_person_calls_it():
    kinds = Called.__subclasses__()
    assert RevisionStatus in kinds
    assert RevisionStatus("superseded") is RevisionStatus.SUPERSEDED
    assert f"{RevisionStatus.SUPERSEDED}" == "superseded"
    for kind in kinds:
        for member in kind:
            assert all(member.called.text(language).strip() for language in Language), member
            assert str(member) == member.value


def test_a_placeholder_nobody_fills_stays_visible():
    assert message("{a} and {b}", a=1).text(Language.EN) == "1 and {b}"


def test_braces_stay_where_nothing_is_filled():
    assert message("write {}").text(Language.EN) == "write {}"


def test_a_text_inside_a_text_is_said_in_the_same_language():
    title = Bilingual(zh="通知书", en="notice")
    assert message("no {title}", title=title).text(Language.EN) == "no notice"
    assert "通知书" in message("no {title}", title=title).text(Language.ZH)


def test_both_languages_of_data():
    text = Bilingual(zh="共{n}份", en="{n} copies").with_values(n=4)
    assert text.text(Language.ZH) == "共4份"
    assert text.text(Language.EN) == "4 copies"
    assert text.with_values(m=1).text(Language.EN) == "4 copies"


def test_texts_are_compared_as_wholes_not_in_one_language():
    """Two places with one English name stay two; one that was said twice is one."""
    here, there = (Bilingual(zh=zh, en="place") for zh in "甲乙")
    said = [message("{what} changed", what=what, count=1) for what in (here, there, here)]
    assert len({one.text(Language.EN) for one in said}) == 1
    assert len(set(said)) == 2
    one, other = message("{a}", a=1, b=2), message("{a}", b=2, a=1)
    assert (one, hash(one)) == (other, hash(other))
    assert len({listed(said), listed([*said]), listed(said[:1])}) == 2


def test_verbatim_is_the_same_in_every_language():
    assert {Verbatim("JN01").text(language) for language in Language} == {"JN01"}


def test_what_has_no_translation_is_said_in_english():
    assert translate("a sentence nobody translated", Language.ZH) == "a sentence nobody translated"
    assert translate("", Language.ZH) == ""


def test_findings_as_json():
    finding = error(
        "A-B",
        "$.x",
        Bilingual(zh="错", en="wrong"),
        Bilingual(zh="改", en="mend it"),
        clause="§5.9",
        label="甲方",
    )
    assert finding.to_json(Language.ZH) == {
        "code": "A-B",
        "severity": "error",
        "path": "$.x",
        "label": "甲方",
        "message": "错",
        "clause": "§5.9",
        "remedy": "改",
    }


def test_only_errors_stop_the_work():
    odd = warning("A-B", "$", Verbatim("odd"))
    assert odd.severity is Severity.WARNING
    assert not has_errors([odd])
    assert has_errors([odd, error("A-C", "$", Verbatim("wrong"), Verbatim("mend it"))])


def test_errors_carry_reason_remedy_clause_and_exit_code():
    refusal = ControlError(message("no"), message("ask"), clause="§5.3")
    assert (str(refusal), refusal.exit_code, refusal.clause) == ("no", 3, "§5.3")
    assert isinstance(refusal, RmdocsError)
    found = FindingsError((error("A-B", "$", Verbatim("wrong"), Verbatim("mend it")),))
    assert str(found) == "1 finding(s)"
    assert found.exit_code == 1


def test_a_list_is_written_as_the_language_writes_it():
    items = listed([1, Bilingual(zh="甲", en="one"), message("yes"), Verbatim("x")])
    assert items.text(Language.EN) == "1, one, yes, x"
    assert items.text(Language.ZH) == "1、甲、是、x"
    assert message("of {all}", all=items).text(Language.EN) == "of 1, one, yes, x"
    assert not listed([])


def test_no_list_is_joined_past_it():
    """A comma that is right in one language only is written in one place."""
    inside = re.compile(r"""["'](, |、)["']\.join""")
    root = Path(rmdocs.__file__).parent
    found = {
        f"{path.relative_to(root).as_posix()}: {line.strip()}"
        for path in root.rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if inside.search(line)
    }
    assert {one.partition(":")[0] for one in found} <= _OWN_COMMAS, found


_OWN_COMMAS = {
    "classes.py",  # what Python prints of an object
    "forms/tomltext.py",  # values of a table in braces
    "forms/properties.py",  # values, compared with each other
    "workspace/registers.py",  # codes
    "disposition/approving.py",  # sealed
    "language/texts.py",  # what a Chinese form prints
    "intake/cells.py",  # read back
    "intake/sheetstyles.py",  # choices of a sheet
    "issuing/maturities.py",  # a row, as it stands
    "registers/index.py",  # SQL
    "scanning/sorting.py",  # places of a scan
    "signing/certificates.py",  # as a certificate says it
    "store/sealing.py",
}
