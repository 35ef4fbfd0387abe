"""One command per file; ``rmdocs.cli.table`` says which."""
