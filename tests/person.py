"""A person at the pages, in a real browser."""

import json

from filled import ROOTS

from rmdocs.beginning import SAMPLE
from rmdocs.intake.typed import write


class Person:
    """Somebody at the pages, and what it costs them: pages seen, clicks, fields filled in."""

    def __init__(self, page):
        self.page = page
        page.wait_for_load_state()
        self.pages, self.clicks, self.typed = 1, 0, 0
        page.on("load", self._turned)

    def _turned(self, _page):
        self.pages += 1

    def click(self, place):
        self.clicks += 1
        self.page.click(place)

    def begin(self, form):
        # A click returns once the next page has begun to come; what is typed needs all of it.
        for place in ("nav.links >> text=新建记录", f"button[value='{form}']"):
            with self.page.expect_navigation():
                self.click(place)

    def told(self, key):
        """Return what stands beside a field."""
        name = key.replace("[", ".").replace("]", "")
        return self.page.locator(f"[id='{name}-told']").inner_text()

    def fill(self, typed):
        """Type into each field, from the top, as it wants to be filled."""
        for key, text in typed.items():
            if key.endswith("?"):
                # What was typed is kept first; until the page has gone on, this one is there.
                with self.page.expect_navigation():
                    self.click(f"button[value='add {key[:-1].rpartition('[')[0]}']")
                continue
            fields = self.page.locator(f"[name='{key}']:not([type=hidden])")
            self.typed += fields.count() == 1
            kind = fields.first.get_attribute("type") if fields.count() else "hidden"
            if kind in {"radio", "checkbox"}:
                for choice in filter(None, text.replace("、", "\n").split("\n")):
                    self.clicks += 1
                    self.page.check(f"[name='{key}'][value='{choice}']")
            elif fields.count() == 1 and fields.evaluate("field => field.tagName") == "SELECT":
                fields.select_option(text)
            elif fields.count() == 1:
                fields.evaluate("field => field.closest('details')?.setAttribute('open', '')")
                fields.fill(text)

    def press(self, button):
        with self.page.expect_navigation():
            self.click(f".bar button[value='{button}']")


def record(form, **content):
    found = json.loads((SAMPLE / f"{form}-JN01.json").read_bytes())["record"]
    found["content"] |= content
    return write(ROOTS[form], found)
