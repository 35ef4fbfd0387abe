"""Browsers that were let in, and servers that run."""

import shutil
import socket

import pytest
from browsing import Browser, Server, started


@pytest.fixture
def browse():
    """Return what makes browsers of a workspace; they are closed after the test."""
    made = []

    def make(bank, **settings):
        made.append(Browser(bank, **settings))
        return made[-1].__enter__()

    yield make
    for one in made:
        one.__exit__()


@pytest.fixture
def serve():
    """Return what starts servers, as a person does; they are ended after the test."""
    made = []

    def start(root, *options, **settings):
        made.append(Server(root, *options, **settings))
        return made[-1]

    yield start
    for one in made:
        one.end()


@pytest.fixture
def port():
    """Return a port that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def server(walked, tmp_path_factory):
    root = shutil.copytree(walked, tmp_path_factory.mktemp("web") / "bank")
    made = Server(root)
    yield made
    made.end()


@pytest.fixture(scope="module")
def chromium():
    """Start the browser; with pytest.ini's markers it is one that its tests may use."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = started(playwright)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, server):
    """Return what opens the pages as somebody, in a browser of its own."""
    opened = []

    def open_as(actor="JN01-0101", at=server, **settings):
        context = chromium.new_context(
            locale="zh-CN",
            viewport={"width": 1366, "height": 768},
            **settings,
        )
        opened.append(context)
        page = context.new_page()
        page.goto(at.another())
        if actor:
            with page.expect_navigation():
                page.click(f"button[value='{actor}']")
        return page

    yield open_as
    for context in opened:
        context.close()
