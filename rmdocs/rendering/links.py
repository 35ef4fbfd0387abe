"""Links: those a reader may follow are told, those to files outside are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from rmdocs.findings import Finding
from rmdocs.messages import message
from rmdocs.rendering.places import Places

_WEB_OR_MAIL = re.compile(r"(https?|mailto):", re.IGNORECASE)


def judge_link(
    places: Places,
    at: etree._Element | None,
    address: str,
    anchor: str = "",
    *,
    inner: bool = True,
) -> Iterator[Finding]:
    """Yield what is to be said of a link.

    :param address: where it leads; empty if into the document itself.
    :param anchor: the place in the document that it leads to.
    :param inner: whether links within the document are told.
    """
    if not address or address.startswith("#"):
        if not inner:
            return
        yield places.warning(
            "TEMPLATE-LINK",
            at,
            message(
                "a link leads to another place of the document: {target}",
                target=anchor or address.removeprefix("#"),
            ),
            message("make sure that it belongs to the form"),
        )
    elif _WEB_OR_MAIL.match(address):
        yield places.warning(
            "TEMPLATE-LINK",
            at,
            message("a link leads outside the document: {target}", target=address),
            message("make sure that it belongs to the form"),
        )
    else:
        yield places.error(
            "TEMPLATE-EXTERNAL",
            at,
            message("a link leads to a file outside the document: {target}", target=address),
            message("remove the link (right-click › Remove Hyperlink), or name a web address"),
        )
