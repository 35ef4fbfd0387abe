"""Runs of WordprocessingML for ``{{r …}}`` tags: underlined, struck, chosen.

The value of such a tag replaces the whole run, so what comes from here is
complete and escaped. Fonts come from the paragraph's style.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from markupsafe import Markup, escape

_UNDERLINE = '<w:u w:val="single"/>'
_STRIKE = "<w:strike/>"


def _pieces(text: str) -> str:
    """Return the text elements of a run; line feeds and tabs become Word's own."""
    out: list[str] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            out.append("<w:br/>")
        for place, piece in enumerate(line.split("\t")):
            if place:
                out.append("<w:tab/>")
            out.append(f'<w:t xml:space="preserve">{escape(piece)}</w:t>')
    return "".join(out)


def run(text: object, properties: str = "") -> Markup:
    """Return a run of ``text`` with run properties, as safe markup."""
    hint = '<w:rFonts w:hint="eastAsia"/>'
    return Markup(f"<w:r><w:rPr>{hint}{properties}</w:rPr>{_pieces(str(text))}</w:r>")  # noqa: S704 - escaped above


def filled(value: object, width: int = 8) -> Markup:
    """Return a value underlined as on a filled-in blank; an empty one stays a blank."""
    text = "" if value is None else str(value)
    return run(f" {text} " if text else "　" * width, _UNDERLINE)


def struck(value: object) -> Markup:
    """Return a text struck through."""
    return run(value, _STRIKE)


def choices(options: Iterable[object], chosen: object, separator: str = "/") -> Markup:
    """Return all options, those not chosen struck through.

    :param chosen: an option or a collection of them.
    :raises ValueError: if there are no options, or one is chosen that is not among them.
    """
    listed = [str(option) for option in options]
    picked = _as_set(chosen)
    if not listed or picked - set(listed):
        reason = f"{sorted(picked)} is not among {listed}"
        raise ValueError(reason)
    runs = [run(option) if option in picked else struck(option) for option in listed]
    return run(separator).join(runs)


def _as_set(chosen: object) -> set[str]:
    if chosen is None:
        return set()
    if isinstance(chosen, str) or not isinstance(chosen, Collection):
        return {str(chosen)}
    return {str(item) for item in chosen}


def checked(value: object) -> str:
    """Return ☑ for true and ☐ for false."""
    return "☑" if value else "☐"
