import cli_docs


def test_the_page_of_the_command_line_is_up_to_date():
    assert cli_docs.PAGE.read_text("utf-8") == cli_docs.page(), "run: make cli-docs"
