"""What keeps people from a page in a real browser: looked for at two sizes."""

from axe_playwright_python.base import AXE_SCRIPT

SIZES = ((1366, 768), (390, 844))
VIOLATIONS = """(colours) => axe.run({
    resultTypes: ['violations'],
    rules: {'color-contrast': {enabled: colours}},
}).then((found) => found.violations)"""


class Inspector:
    """Looks at pages as they are shown.

    :param page: in which they are shown, one after the other.
    """

    def __init__(self, page):
        self._page = page
        self.told, self.found = [], {}
        page.on("console", lambda said: self.told.append(said.text))
        page.on("pageerror", lambda problem: self.told.append(str(problem)))

    def __call__(self, name):
        """Note what axe-core finds, and refuse a page that is wider than the screen."""
        # A click waits until the next page has begun to come, not until it is there.
        self._page.wait_for_load_state()
        self._page.evaluate(AXE_SCRIPT)
        for width, height in SIZES:
            # Most of the time goes into colours, which are the same however wide the screen is.
            colours = (width, height) == SIZES[0]
            self._page.set_viewport_size({"width": width, "height": height})
            for one in self._page.evaluate(VIOLATIONS, colours):
                places = [node["html"] for node in one["nodes"]]
                self.found[f"{name} {width}: {one['id']}"] = places
            wide = self._page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is wider than {width}"
        self._page.set_viewport_size(dict(zip(("width", "height"), SIZES[0], strict=True)))
