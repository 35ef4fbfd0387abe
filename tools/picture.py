"""Draw the pictures of README: an agreement before it is issued, a notice and its trace.

    .venv/bin/python tools/picture.py

Needs Chromium, LibreOffice and the fonts that formal PDF needs.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browsing import Server, started  # noqa: E402 - found there
from person import Person, record  # noqa: E402
from walks import ENDINGS, answer, working_in  # noqa: E402

from rmdocs.beginning import begin, create  # noqa: E402

FORM, NUMBER = "forms/RXD7200-04/sample.json", "RXD7200-04-JN01-2026-0001"
PDF = f"out/{NUMBER}-e2.pdf"
FONT = "/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKaiMono-Regular.ttf"
"""One whose Han characters are twice as wide as its letters, so that tables stand straight."""

PAPER, INK, BACK, EDGE = "#ffffff", "#24292f", "#f6f8fa", "#d0d7de"
PAGE_HEIGHT, SIZE, LINE, MARGIN = 900, 15, 23, 20
COLOURS = 32
AGREEMENT = "RXD7200-01"
PAGES_COLOURS = 64
SCREEN = {"width": 1366, "height": 768}
LOCALES = {"en": "en-GB", "zh": "zh-CN"}


def main() -> None:
    with TemporaryDirectory() as directory:
        root = Path(directory) / "try"
        create(root, sample=True)
        for language in ENDINGS:
            written(browsed(root, language), "review", language, PAGES_COLOURS)
    traced()


def browsed(root: Path, language: str) -> Image.Image:
    """Return what a manager sees in the browser before an agreement is issued."""
    server = Server(root)
    try:
        with sync_playwright() as playwright:
            browser = started(playwright)
            page = browser.new_context(locale=LOCALES[language], viewport=SCREEN).new_page()
            page.goto(server.url)
            page.click("button[value='JN01-0101']")
            page.click("nav.links a[href='/new']")
            page.click(f"button[value='{AGREEMENT}']")
            page.wait_for_load_state()
            person = Person(page)
            person.fill(record(AGREEMENT))
            person.press("review")
            page.wait_for_url("**/review")
            page.wait_for_selector(".pages img", timeout=60_000)
            page.wait_for_load_state("networkidle")
            return Image.open(BytesIO(page.screenshot())).convert("RGB")
    finally:
        server.end()


def written(drawn: Image.Image, name: str, language: str, colours: int = COLOURS) -> None:
    """Keep a picture for the documents of a language."""
    path = ROOT / "docs" / "images" / f"{name}{ENDINGS[language].removesuffix('.md')}.png"
    drawn.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")


def traced() -> None:
    """Draw a notice as it is handed over, and what tracing it tells."""
    with TemporaryDirectory() as directory:
        root = Path(directory) / "try"
        begin(root, sample=True, now=datetime(2026, 1, 5, 9, tzinfo=UTC))
        with working_in(root) as patched:
            patched.setenv("RMDOCS_ACTOR", "JN01-0101")
            answer("zh", "issue", FORM)
            answer("zh", "add", NUMBER, "delivery", FORM)
            answer("zh", "pdf", NUMBER, "--out", "out")
            page = pypdfium2.PdfDocument(PDF)[0]
            drawn = page.render(scale=PAGE_HEIGHT / page.get_height()).to_pil().convert("RGB")
            told = {language: asked(language) for language in ENDINGS}
    for language, lines in told.items():
        written(beside(drawn, screen(lines)), "traced", language)


def asked(language: str) -> list[str]:
    """Return what an auditor asks, and the answers."""
    told, verified = answer(language, "trace", PDF), answer(language, "verify")
    return [f"$ rmdocs trace {PDF}", *told, "", "$ rmdocs verify", *verified]


def screen(lines: list[str]) -> Image.Image:
    """Draw lines as a terminal shows them."""
    font = ImageFont.truetype(FONT, SIZE)
    width = max(int(font.getlength(line)) for line in lines) + 2 * MARGIN
    drawn = Image.new("RGB", (width, len(lines) * LINE + 2 * MARGIN), BACK)
    draw = ImageDraw.Draw(drawn)
    for place, line in enumerate(lines):
        draw.text((MARGIN, MARGIN + place * LINE), line, font=font, fill=INK)
    return framed(drawn)


def beside(page: Image.Image, terminal: Image.Image) -> Image.Image:
    """Put a page and a terminal side by side."""
    page = framed(page)
    size = (page.width + terminal.width + MARGIN, max(page.height, terminal.height))
    made = Image.new("RGB", size, PAPER)
    made.paste(page, (0, 0))
    made.paste(terminal, (page.width + MARGIN, (made.height - terminal.height) // 2))
    return made


def framed(drawn: Image.Image) -> Image.Image:
    ImageDraw.Draw(drawn).rectangle((0, 0, drawn.width - 1, drawn.height - 1), outline=EDGE)
    return drawn


if __name__ == "__main__":
    main()
