"""A derived value that fails although its inputs are sound is one finding, not a loop."""

from rmdocs.language.expression import Expression
from rmdocs.language.rules import Derivation
from rmdocs.messages import Bilingual
from rmdocs.records.context import sound_derivations


def test_a_failed_derivation_is_not_tried_again():
    failing = Derivation(
        name="words",
        value=Expression.compile("'x'|rmb_words"),
        title=Bilingual(zh="大写", en="words"),
    )
    after = Derivation(
        name="more",
        value=Expression.compile("derived.words ~ '整'"),
        title=Bilingual(zh="后", en="more"),
    )
    sound, faulty = sound_derivations([failing, after], frozenset({("derived", "words")}))
    assert sound == []
    assert faulty == {("derived", "words"), ("derived", "more")}
