"""Why something cannot be read is told in the reader's language, with what they wrote."""

import pytest

from rmdocs.errors import FindingsError
from rmdocs.language.expression import Expression, Phrase
from rmdocs.messages import Language

BROKEN = {
    "content.a ==": "过早结束",
    "(content.a": "过早结束",
    "content.a|nofilter": "“nofilter”",
    "content.a is notest": "“notest”",
    "[x for x in content.a]": "“for”",
    "content.a 甲": "",
    "content.a ？ 1": "“？”",
    "content.a)": "“)”",
    "'甲": "“'”",
    "content.": "",
    "content.(a)": "",
}
PHRASES = {
    "{{ content": "过早结束",
    "{% if a %}x": "过早结束",
    "{% sest a = 1 %}": "“sest”",
    "{{ a|nofilter }}": "“nofilter”",
    "{{ 1 + }}": "过早结束",
    "{% for 1 in a %}{% endfor %}": "",
    "{% set a %}": "过早结束",
    "{% if %}{% endif %}": "",
    "{{ a b }}": "“b”",
    "{% endif %}": "",
}


@pytest.mark.parametrize(
    ("kind", "source", "said"),
    [(Expression, *one) for one in BROKEN.items()] + [(Phrase, *one) for one in PHRASES.items()],
)
def test_reasons_are_told_in_chinese(kind, source, said):
    with pytest.raises(FindingsError) as caught:
        kind.compile(source)
    told = caught.value.findings[0].message.text(Language.ZH)
    reason = told.removeprefix(f"“{source}”")
    assert said in reason
    letters = {one for one in reason if one.isascii() and one.isalpha()}
    assert letters <= set(source), reason
