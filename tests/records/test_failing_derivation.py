"""A derived value that fails although its inputs are sound is one finding, not a loop."""

from rmdocs.language.expression import Expression
from rmdocs.language.rules import Derivation
from rmdocs.messages import Bilingual
from rmdocs.records.dependence import sound_derivations


def test_a_failed_derivation_is_not_tried_again():
    failing = Derivation("words", Expression.compile("'x'|rmb_words"), Bilingual("大写", "words"))
    after = Derivation("more", Expression.compile("derived.words ~ '整'"), Bilingual("后", "more"))
    sound, faulty = sound_derivations([failing, after], frozenset({("derived", "words")}))
    assert sound == []
    assert faulty == {("derived", "words"), ("derived", "more")}
