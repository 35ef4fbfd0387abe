"""Browsers that were let in, and servers that run."""

import socket

import pytest
from browsing import Browser, Server


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
