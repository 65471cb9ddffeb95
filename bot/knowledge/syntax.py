"""YAML's syntax errors in words that a moderator understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.knowledge.finding import START, Finding, Mark

if TYPE_CHECKING:
    import yaml

_INDENTED = (
    "This line does not fit the lines above it; check its indentation and its colon, "
    "and that text which begins with a quotation mark is quoted as a whole."
)
_UNCLOSED = (
    "A quotation mark opens here and is never closed; close it, or quote the whole text with the other kind of quotes."
)
_BRACKET = (
    "The bracket opened here is not closed, or a comma is missing between its items; "
    "close it, or write one item per line after a dash."
)

# What the parser says -> what to tell a moderator. The first that is part of the parser's sentence holds.
_WORDS: tuple[tuple[str, str], ...] = (
    (
        "mapping values are not allowed",
        "A colon followed by a space cannot stand in the middle of unquoted text; put the text in quotes.",
    ),
    ("found unexpected end of stream", _UNCLOSED),
    ("found unexpected document indicator", _UNCLOSED),
    ("did not find expected ',' or", _BRACKET),
    ("expected ',' or", _BRACKET),
    (
        "did not find expected node content",
        "A value is missing, or begins with a sign that YAML keeps for itself; write it, in quotes if it is text.",
    ),
    (
        "did not find expected '-' indicator",
        "This line ends a list that it should belong to or follow; indent it like the lines above it.",
    ),
    ("expected <block end>", _INDENTED),
    ("did not find expected key", _INDENTED),
    (
        "could not find expected ':'",
        "This is a key without its colon, or text out of its indentation; write `key: value`, or indent the text.",
    ),
    (
        "unknown escape character",
        "This escape is not known inside double quotes; write \\\\ for a backslash, or use single quotes.",
    ),
    ("escape code", "This escape does not name a character; write the character itself."),
    (
        "expected comment or line break",
        "Text follows the sign | or > on its line; begin it on the next line, indented.",
    ),
    ("undefined tag handle", "Tags (words that begin with !) are not allowed; put the text in quotes."),
    ("tag", "Tags (words that begin with !) are not allowed; put the text in quotes."),
    ("anchor", "A word that begins with & or * is read as an anchor or alias; put the text in quotes."),
    ("alias", "A word that begins with & or * is read as an anchor or alias; put the text in quotes."),
    (
        "<document start>",
        "Text follows the end of the document; keep one document per file: remove the line before it, `...` or `---`.",
    ),
    ("directive", "A line that begins with % is read as a YAML directive; remove it, or put the text in quotes."),
    ("incompatible YAML document", "This YAML version is not supported; remove the line %YAML."),
)
# Where the problem lies is where the bracket or quotation mark was opened, not where the parser gave up.
_AT_CONTEXT = frozenset({_UNCLOSED, _BRACKET})


def syntax_finding(error: yaml.YAMLError, text: str) -> Finding:
    """Give the place and the plain sentence for an error of PyYAML's parser."""
    problem = str(getattr(error, "problem", None) or error)
    mark: Mark = getattr(error, "problem_mark", None) or START
    context: Mark | None = getattr(error, "context_mark", None)
    if "cannot start any token" in problem:
        return Finding(mark, "syntax", _stray(_character(text, mark)))
    message = next((words for part, words in _WORDS if part in problem), None)
    if message is None:
        return Finding(mark, "syntax", f"This is not YAML: {problem}.")
    return Finding(context if context is not None and message in _AT_CONTEXT else mark, "syntax", message)


def _character(text: str, mark: Mark) -> str:
    lines = text.splitlines()
    return lines[mark.line][mark.column : mark.column + 1] if mark.line < len(lines) else ""


def _stray(character: str) -> str:
    if character == "\t":
        return "A tab stands where YAML wants spaces; indent with spaces."
    return f"Text cannot begin with {character or 'this sign'} unless it is quoted; put it in quotes."
