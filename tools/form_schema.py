"""Write what ``form.toml`` may hold, for editors: ``schemas/form.schema.json``."""

from __future__ import annotations

import json
from pathlib import Path

from rmdocs.forms.sections import manifest_schema

FILE = Path(__file__).resolve().parent.parent / "schemas" / "form.schema.json"


def main() -> None:
    """Write the schema of the sections as they are."""
    text = json.dumps(manifest_schema(), ensure_ascii=False, indent=2)
    FILE.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
