"""The tool that holds schemas against the official suite counts what it is given."""

import json

import schema_suite


def test_each_test_agrees_is_refused_by_name_or_is_a_fault(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "tests/draft2020-12"
    folder.mkdir(parents=True)
    cases = [
        {
            "description": "pattern",
            "schema": {"pattern": "^a$"},
            "tests": [
                {"description": "fits", "data": "a", "valid": True},
                {"description": "a fault of the suite", "data": "b", "valid": True},
            ],
        },
        {
            "description": "unknown",
            "schema": {"$dynamicRef": "#"},
            "tests": [{"description": "any", "data": 1, "valid": True}],
        },
        {
            "description": "too large a number",
            "schema": {"type": "integer"},
            "tests": [{"description": "2^60", "data": 2**60, "valid": True}],
        },
    ]
    (folder / "pattern.json").write_text(json.dumps(cases), "utf-8")
    monkeypatch.setattr("sys.argv", ["schema_suite.py", str(tmp_path), "--list"])
    assert schema_suite.main() == 1
    told = capsys.readouterr().out
    assert "agreed: 1, refused by name: 2" in told
    assert "disagreed: pattern.json: pattern: a fault of the suite" in told
    assert "SCHEMA-KEYWORD schema.json:$.$dynamicRef" in told
