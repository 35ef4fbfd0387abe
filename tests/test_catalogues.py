import catalogue
import pytest


@pytest.mark.long
def test_the_chinese_catalogue_is_complete_and_compiled():
    assert list(catalogue.problems()) == []


def test_placeholders_are_compared_by_name():
    assert catalogue.placeholders("{a!r} of {b:04d}") == {"a", "b"}
    assert catalogue.placeholders("%(prog)s, version %(version)s") == {"prog", "version"}
