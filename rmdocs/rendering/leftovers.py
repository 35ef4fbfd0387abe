"""What Word, WPS and their templates print until somebody writes over it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rmdocs.findings import Finding
from rmdocs.messages import message
from rmdocs.rendering.places import Places

_LEFT = re.compile(
    r"(?:单击|点击|点按|轻敲|轻触|双击)(?:或(?:点击|点按|轻敲|轻触|单击))?此处(?:以)?"
    r"(?:可)?(?:输入|键入|添加|选择)\S{0,6}"
    r"|[\[［【](?:键入|在此处?键入|在此处?输入|请?输入|选取|选择)[^\]］】]{0,20}[\]］】]"
    r"|(?:click|tap)(?: or (?:tap|click))?(?: here)? to (?:enter|add|edit|insert) \w+(?: \w+)?"
    r"|(?<!\w)choose an item"
    r"|\[(?:type|enter|insert|pick)\b[^\]]{0,40}\]"
    r"|lorem ipsum(?: dolor)?"
    r"|占位(?:符|文字|文本)",
    re.IGNORECASE,
)


def judge_leftovers(places: Places) -> Iterator[Finding]:
    """Yield what is told of each paragraph that still asks to be written over."""
    for element, paragraph in places.paired:
        found = _LEFT.search(paragraph.text)
        if found is not None:
            yield places.warning(
                "TEMPLATE-PLACEHOLDER",
                element,
                message(
                    "text that asks to be written over would be printed: {text}", text=found[0]
                ),
                message("write what is to be printed, or a tag, or delete it"),
            )
