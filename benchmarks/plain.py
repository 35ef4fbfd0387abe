"""The script that one would write instead: a record validated, its document filled, both committed.

python plain.py FOLDER RECORD — the folder holds template.docx, schemas.json and a work tree of git.
"""

import json
import sys
from pathlib import Path

import git
import jsonschema
import referencing
from docxtpl import DocxTemplate


def run(folder: Path, path: Path) -> None:
    schema, *others = json.loads((folder / "schemas.json").read_bytes())
    known = referencing.Registry().with_resources(
        (one["$id"], referencing.Resource.from_contents(one)) for one in (schema, *others)
    )
    [record] = json.loads(path.read_bytes())
    jsonschema.Draft202012Validator(schema, registry=known).validate(record["content"])
    document = DocxTemplate(folder / "template.docx")
    document.render({**json.loads((folder / "values.json").read_bytes()), **record})
    document.save(folder / f"{path.stem}.docx")
    (folder / f"{path.stem}.json").write_text(json.dumps(record, ensure_ascii=False))
    repository = git.Repo(folder)
    repository.index.add([f"{path.stem}.docx", f"{path.stem}.json"])
    repository.index.commit(f"Issue {path.stem}")


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
