# Everything runs in .venv, made here from the system's python3.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

# Where it is set, each of the many processes of a test compiles all it imports anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := test
.PHONY: test quick fresh demo bench soak catalogues form-schema cli-docs guides function-docs clean

$(STAMP): pyproject.toml
	@sh tools/venv.sh $(PYTHON) .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# Prints what is not tested where a program is missing; pytest gets the marker.
test: $(STAMP)
	@sh tools/programs.sh
	$(BIN)/ruff check --quiet .
	$(BIN)/python -m pytest --quiet $$(sh tools/programs.sh --pytest soak)

# The same without workspaces, without programs of others, and without what takes long.
quick: $(STAMP)
	$(BIN)/ruff check --quiet .
	$(BIN)/python -m pytest --quiet $$(sh tools/programs.sh --pytest \
		office calc poppler qpdf strace ssh_keygen browser long soak store)

# Both commands in an empty Debian, as somebody new would run them: RELEASE=trixie, or all.
fresh:
	@sh tools/fresh.sh $(RELEASE)

demo: $(STAMP)
	$(BIN)/rmdocs demo

bench: $(STAMP)
	$(BIN)/python benchmarks/compare.py
	$(BIN)/python -m pytest --quiet -n 0 --benchmark-only benchmarks

soak: $(STAMP)
	@sh tools/programs.sh
	$(BIN)/python -m pytest --quiet --hypothesis-profile soak \
		-m "(soak or hypothesis)$$(sh tools/programs.sh --and)"
	$(BIN)/python tools/soak.py
	$(BIN)/python tools/bad_files.py
	$(BIN)/python tools/paper_loop.py
	$(BIN)/python tools/big_scan.py --pages 500

catalogues: $(STAMP)
	$(BIN)/python tools/catalogue.py update

form-schema: $(STAMP)
	$(BIN)/python tools/form_schema.py

cli-docs: $(STAMP)
	$(BIN)/python tools/cli_docs.py
	$(BIN)/python tools/event_table.py

guides: $(STAMP)
	$(BIN)/python tools/guides.py

function-docs: $(STAMP)
	$(BIN)/python tools/guides.py docs/authoring-forms

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .benchmarks .hypothesis
