# Two commands, each complete by itself: `make cases` and `make test`.
# The environment in .venv is made at the first call and again only when pyproject.toml changes.

PYTHON ?= python3
ENVIRONMENT := .venv/complete

.PHONY: cases test

cases: $(ENVIRONMENT)
	.venv/bin/python -m pytest cases/ $(ARGUMENTS)

test: $(ENVIRONMENT)
	.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .
	.venv/bin/python -m mypy
	.venv/bin/python -m pytest tests/ -n auto $(ARGUMENTS)

$(ENVIRONMENT): pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v < (3, 14) or sys.exit(f"harness needs Python 3.11 to 3.13, got {v[0]}.{v[1]}: make PYTHON=python3.13 …")'
	$(PYTHON) -m venv --clear .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@
