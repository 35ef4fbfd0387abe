import api_docs
import cli_docs
import pytest


@pytest.mark.parametrize("docs", [cli_docs, api_docs])
def test_the_page_is_up_to_date(docs):
    assert docs.PAGE.read_text("utf-8") == docs.page(), "run: make cli-docs"
