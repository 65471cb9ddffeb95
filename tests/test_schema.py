"""The JSON Schema for editors accepts what the loader accepts and marks the common mistakes."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml

from bot.knowledge.files import survey
from bot.knowledge.schema import KnowledgeFile, json_schema
from bot.knowledge.shipped import shipped_path

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
ENTRY = {"id": "a", "question": "Q", "answer": "A"}


def _faults(document: object) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(document)]


def test_the_schema_is_valid_and_complete() -> None:
    """It is JSON Schema draft 7, closed to unknown keys at every level, and explains each top-level key."""
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    for model in (SCHEMA, *SCHEMA["$defs"].values()):
        assert model["additionalProperties"] is False
        assert model["description"]
    assert set(SCHEMA["properties"]) == {"collection", "faq", "sections", "synonyms", "out_of_scope", "small_talk"}
    assert SCHEMA["$defs"]["Faq"]["required"] == ["id", "question", "answer"]
    assert "not" in SCHEMA["$defs"]["Faq"]["properties"]
    assert all("description" in value for value in SCHEMA["$defs"]["Section"]["properties"].values())


def test_the_shipped_files_validate() -> None:
    """What we ship shows no squiggle in an editor."""
    (folder,) = survey(shipped_path()).folders
    assert len(folder.files) > 1
    for file in folder.files:
        # Editors read YAML 1.2, where a date is text.
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes only text
        assert _faults(_truths(document)) == []


def _truths(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: inner == "true" if key == "pinned" else _truths(inner) for key, inner in value.items()}
    return [_truths(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "document",
    [
        {"fag": []},
        {"faq": [{"id": "a", "question": "Q"}]},
        {"faq": [{**ENTRY, "anser": "x"}]},
        {"faq": [{**ENTRY, "id": "No Slug"}]},
        {"faq": [{**ENTRY, "id": "a" * 41}]},
        {"faq": [{**ENTRY, "question": "x" * 151}]},
        {"faq": [{**ENTRY, "question": 12}]},
        {"faq": [{**ENTRY, "answer": "x" * 3_001}]},
        {"faq": [{**ENTRY, "answer": ""}]},
        {"faq": [{**ENTRY, "alternates": "one"}]},
        {"faq": [{**ENTRY, "alternates": ["x" * 301]}]},
        {"faq": [{**ENTRY, "related": ["obstacles"]}]},
        {"faq": [{**ENTRY, "positions": {"India": "x"}}]},
        {"faq": [{**ENTRY, "as_of": "12.5.2025"}]},
        {"faq": [{**ENTRY, "as_of": "2025-02-30"}]},
        {"faq": [{**ENTRY, "pinned": "yes"}]},
        {"faq": [{**ENTRY, "sources": [{"url": "https://x.org"}]}]},
        {"faq": [{**ENTRY, "sources": [{"title": "T", "url": "javascript:x"}]}]},
        {"faq": [{**ENTRY, "translations": {"english": {"answer": "x"}}}]},
        {"faq": [{**ENTRY, "translations": {"hi": {"anser": "x"}}}]},
        {"sections": [{"id": "a", "title": "T", "text": "x" * 8_001}]},
        {"sections": [ENTRY]},
        {"collection": {"description": "no title"}},
        {"synonyms": ["a, b"]},
        {"small_talk": [{"id": "a", "examples": [], "reply": "x"}]},
    ],
)
def test_common_mistakes_are_marked(document: dict[str, object]) -> None:
    """The schema refuses each, and so does the loader's own model."""
    assert _faults(document)
    with pytest.raises(ValueError, match="validation error"):
        KnowledgeFile.model_validate(document)


def test_empty_optional_fields_are_absent_ones() -> None:
    """A key without a value is as good as none, for editors and for the loader alike."""
    document = {
        "faq": [{**ENTRY, "alternates": None, "owner": None, "as_of": None, "positions": None}],
        "sections": None,
    }
    assert _faults(document) == []
    assert KnowledgeFile.model_validate(document).faq is not None
