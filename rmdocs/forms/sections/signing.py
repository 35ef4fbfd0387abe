"""Who signs a document electronically. How signatures are made is ``rmdocs.signing``'s business."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self

from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING, Finding
from rmdocs.forms.differences import Aspect, Change, RevisionTerms, said_both
from rmdocs.forms.section import (
    ExpressionScopes,
    Manifest,
    Section,
    Stated,
    both,
    duplicates,
    list_of,
    stated,
    table_of,
    text,
    texts,
    value,
)
from rmdocs.forms.sections.rules import (
    LIMIT_SCHEMA,
    RulesSection,
    read_rule,
    rule_checks,
    rule_expressions,
)
from rmdocs.forms.titles import Titles
from rmdocs.forms.tomltables import TomlTable
from rmdocs.language.expression import Expression
from rmdocs.language.rules import Rule
from rmdocs.language.shapes import TEXTS
from rmdocs.messages import Bilingual, Text, message
from rmdocs.schemas.schema import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePlace:
    """Where on the document's pages something stands: by a text that is printed once.

    All measures are whole millimetres.

    :param anchor: the printed text, such as 甲方(公章).
    :param right: from the left edge of the text to the left edge of the place.
    :param down: from the lower edge of the text to the upper edge of the place; further
        where text stands there.
    """

    anchor: str
    right: int
    down: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who signs the document electronically; parties sign in the order of the form.

    :param name: what commands call the party: ``a``, ``b``, ``bank``.
    :param title: what the document calls it: 甲方.
    :param meaning: what its signature means (21 CFR 11.50), printed with it.
    :param limit: what must hold of a record for the party to sign it at all,
        such as its authority (权限); None where there is no limit.
    :param certificate_names: what a certificate calls the party, from a record's
        names: its full name, its short name, its 统一社会信用代码; empty where the
        form does not say, then a certificate has to name who signs.
    """

    name: str
    title: Bilingual
    meaning: Bilingual
    place: SignaturePlace
    limit: Rule | None = None
    certificate_names: tuple[Expression, ...] = ()

    def called(self, names: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what a certificate may call the party of a record.

        :param names: what expressions see of the record.
        :raises FindingsError: if one of them cannot be computed.
        """
        values = (one.evaluate(names) for one in self.certificate_names)
        return tuple(one for one in values if isinstance(one, str) and one.strip())


_PLACE = table_of(
    {
        "anchor": text("定位文字", "A text that the document prints once"),
        "right": value("integer", "右移（毫米）", "From its left edge to the left edge, in mm"),
        "down": value("integer", "下移（毫米）", "From its lower edge to the upper edge, in mm"),
        "width": value("integer", "宽（毫米）", "Width in mm", minimum=20, maximum=200),
        "height": value("integer", "高（毫米）", "Height in mm", minimum=10, maximum=280),
    },
    title="签名位置",
    english="Where the signature stands on the page",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningSection(Section):
    """``[signing]``: who signs the document electronically, in order."""

    table = "signing"
    schema = table_of(
        {
            "parties": list_of(
                table_of(
                    {
                        "name": text("名称", "What commands call the party", examples=["bank"]),
                        "title": both("标题", "What the document calls the party"),
                        "meaning": both("签名含义", "What its signature means (21 CFR 11.50)"),
                        "place": _PLACE,
                        "limit": LIMIT_SCHEMA,
                        "certificate_names": texts(
                            "证书名称", "Expressions: what its certificate may name"
                        ),
                    },
                    "limit",
                    "certificate_names",
                ),
                title="签署方",
                english="Who signs, in order",
                least=1,
            )
        },
        title="电子签名",
        english="Who signs the document electronically",
    )

    parties: tuple[Party, ...]

    @classmethod
    def read(cls, root: TomlTable) -> Self:
        """Return who signs; nobody where the manifest does not say."""
        table = root.table(cls.table)
        return cls(parties=() if table is None else tuple(map(_read, table.tables("parties"))))

    @property
    def limits(self) -> Mapping[str, Rule]:
        """Return what limits the parties, by its place in the manifest."""
        return {
            f"signing.parties[{index}].limit": party.limit
            for index, party in enumerate(self.parties)
            if party.limit is not None
        }

    def expressions(self, seen: ExpressionScopes) -> Iterator[Stated]:
        """Yield the limits, and what certificates name."""
        for place, limit in self.limits.items():
            yield from rule_expressions(place, limit, seen, limits=True)
        for index, party in enumerate(self.parties):
            place = f"signing.parties[{index}].certificate_names"
            for name in party.certificate_names:
                yield from stated(place, name, seen.record, TEXTS)

    def checks(self, manifest: Manifest, schema: Schema) -> Iterator[Finding]:
        """Yield names and codes used twice, and limits that point at nothing."""
        yield from duplicates("signing.parties[{}].name", (one.name for one in self.parties))
        codes = [rule.code for rule in manifest[RulesSection].rules]
        for place, limit in self.limits.items():
            yield from duplicates(f"{place}.code", [*dict.fromkeys(codes), limit.code])
            yield from rule_checks(place, limit, manifest, schema)
            codes.append(limit.code)

    @classmethod
    def describe(
        cls, old: Self | None, new: Self | None, telling: RevisionTerms
    ) -> Iterator[Change]:
        """Yield the parties that came or went, what differs in each, and their order."""

        def aspects(was: Party | None, now: Party) -> Iterator[Aspect]:
            yield (
                message("meaning of the signature"),
                said_both(was.meaning) if was else NOTHING,
                said_both(now.meaning),
            )
            place = _position(was) if was else NOTHING
            yield message("place of the signature"), place, _position(now)
            limits = _limit(was.limit if was else None, telling.old), _limit(now.limit, telling.new)
            if was is None or was.limit != now.limit:
                yield message("limit of authority"), *limits
            names = telling.keys(was.certificate_names if was else (), now.certificate_names)
            yield message("whom its certificate names"), *names

        sides = (old.parties if old else (), new.parties if new else ())
        yield from telling.each("signing.parties", sides, _place, aspects)


def _read(table: TomlTable) -> Party:
    limit = table.table("limit")
    return Party(
        name=table.name(),
        title=table.bilingual("title"),
        meaning=table.bilingual("meaning"),
        place=_read_place(table.table("place")),
        limit=None if limit is None else read_rule(limit),
        certificate_names=table.expressions("certificate_names"),
    )


def _read_place(table: TomlTable | None) -> SignaturePlace:
    if table is None:
        return SignaturePlace(anchor="", right=0, down=0, width=0, height=0)
    return SignaturePlace(
        anchor=table.text("anchor"),
        right=table.whole("right"),
        down=table.whole("down"),
        width=table.whole("width"),
        height=table.whole("height"),
    )


def _place(party: Party) -> Text:
    return message("signing party “{title}”", title=party.title)


def _position(party: Party) -> Text:
    place = party.place
    return message(
        "{right} mm right of and {down} mm below “{anchor}”, {width} × {height} mm",
        right=place.right,
        down=place.down,
        anchor=place.anchor,
        width=place.width,
        height=place.height,
    )


def _limit(rule: Rule | None, titles: Titles) -> Text:
    if rule is None:
        return NOTHING
    asked = titles.expression(rule.require.source)
    told = said_both(Bilingual(zh=rule.message.zh.source, en=rule.message.en.source))
    if rule.when is None:
        return message("{asked}: “{said}”", asked=asked, said=told)
    when = titles.expression(rule.when.source)
    return message("where {when}, {asked}: “{said}”", when=when, asked=asked, said=told)
