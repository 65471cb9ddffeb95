"""Questions from a file: one a line, or JSON lines, in step with what comes out."""

from __future__ import annotations

import io

import pytest

from bot.questions import QuestionsError, read_questions


def read(content: bytes) -> list[str]:
    """Read questions from bytes."""
    return list(read_questions(io.BytesIO(content), "in.txt"))


def test_each_line_is_a_question() -> None:
    """Only the line's end is taken off; a last line needs none."""
    assert read("one\r\n two \nतीन".encode()) == ["one", " two ", "तीन"]


def test_a_blank_line_stays_a_question() -> None:
    """Answers stay in step with lines, before, between and after the others."""
    assert read(b"\n\none\n\ntwo\n\n") == ["", "", "one", "", "two", ""]
    assert read(b"\n\n") == ["", ""]
    assert read(b"") == []


def test_json_lines_give_their_query() -> None:
    """Other keys are ignored, and blank lines between are no questions."""
    assert read(b'{"query": "one", "kind": "x"}\n\n{"query": ""}\n') == ["one", ""]


def test_a_question_may_look_like_json() -> None:
    """In a file of plain lines, a brace or an object begins nothing special."""
    assert read(b'hello\n{"query": "two"}\n{oops\n') == ["hello", '{"query": "two"}', "{oops"]
    assert read(b'{"other": 1}\n') == ['{"other": 1}']


def test_a_line_without_query_among_json_lines_is_named() -> None:
    """The error says which line, and the ones before were given."""
    given = read_questions(io.BytesIO(b'{"query": "one"}\n{"kind": "x"}\n'), "in.jsonl")
    assert next(given) == "one"
    with pytest.raises(QuestionsError, match=r'in\.jsonl:2: expected a JSON object with "query"'):
        next(given)


def test_any_bytes_are_read() -> None:
    """What is not UTF-8 becomes the replacement character; other line separators are text; a mark is dropped."""
    assert read(b"\xff\xfe\n") == ["\ufffd\ufffd"]
    assert read("a\u2028b\x0bc\n".encode()) == ["a\u2028b\x0bc"]
    assert read(b"\xef\xbb\xbfone\n") == ["one"]
    assert read(b"[" * 100_000 + b"\n") == ["[" * 100_000]


def test_lines_are_given_as_they_arrive() -> None:
    """A pipe is answered line by line, not at its end."""
    source = io.BytesIO(b"one\ntwo\n")
    given = read_questions(source, "-")
    assert next(given) == "one"
    assert source.tell() == len(b"one\n")
