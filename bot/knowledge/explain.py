"""Pydantic's errors as problems that a moderator can mend: what was found, what is expected, where, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from bot.knowledge import schema
from bot.knowledge.compose import Map, Seq, Unquoted
from bot.knowledge.finding import Spot, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic_core import ErrorDetails

    from bot.knowledge.sheet import Location, Sheet

_PATTERNS = {
    schema.SLUG: ("bad-id", "is not an id; use a-z, 0-9 and single dashes between them, such as {example}."),
    schema.ENTRY_ID: ("bad-id", "is not an entry's full id; write faq/ or section/ and the id, such as {example}."),
    schema.LANGUAGE: ("bad-language", "is not a language tag; write one of BCP 47, such as en, hi or pt-BR."),
    schema.URL: ("bad-url", "is not a web address; write it in full, beginning with https://, http:// or mailto:."),
}
_KINDS = {
    "tuple_type": ("a list", "write each item on its own line after a dash"),
    "dict_type": ("a mapping", "write its keys on lines of their own, as `key: value`"),
    "model_type": ("a mapping", "write its keys on lines of their own, as `key: value`"),
}


def validate(sheet: Sheet) -> schema.KnowledgeFile | None:
    """Make models of a sheet's data; None if it breaks the format, with every reason reported on the sheet."""
    try:
        return schema.KnowledgeFile.model_validate(sheet.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _Fault(sheet, detail).report()
        return None


class _Fault:
    """One error of pydantic beside the sheet that it is about."""

    def __init__(self, sheet: Sheet, detail: ErrorDetails) -> None:
        self.sheet = sheet
        self.kind = detail["type"]
        self.value: Any = detail["input"]
        self.context: dict[str, Any] = detail.get("ctx", {})
        self.is_key = detail["loc"][-1:] == ("[key]",)
        self.location: Location = detail["loc"][:-1] if self.is_key else detail["loc"]
        self.advice = detail["msg"]

    def report(self) -> None:
        """Report it on the sheet, unless reading the text already said what is wrong there."""
        at_key = self.is_key or self.kind in {"extra_forbidden", "missing"}
        mark = self.sheet.key_mark(self.location) if at_key else self.sheet.value_mark(self.location)
        if self.kind != "missing" and self.sheet.is_reported(mark):
            return
        if self.kind == "markdown":
            self._report_markdown()
            return
        words = _WORDS.get(self.kind)
        code, message = words(self) if words else ("invalid", f"{self._name} is not valid: {self.advice}.")
        self.sheet.report(mark, code, message)

    @property
    def _last(self) -> str:
        return str(self.location[-1]) if self.location else "the file"

    @property
    def _name(self) -> str:
        """What the value is called: its key, or the list that it is an item of."""
        *before, last = self.location or ("the file",)
        if isinstance(last, int):
            return f"An item of {before[-1]}" if before else "An item"
        return f"The key {shown(last)}" if self.is_key else f"The field {shown(last)[1:-1]}"

    @property
    def _found(self) -> str:
        """The value, as a message shows it."""
        match self.value:
            case str():
                return shown(self.value)
            case Unquoted():
                return shown(self.value.text)[1:-1]
            case Map():
                return "a mapping"
            case Seq():
                return "a list"
        return "empty"

    def missing(self) -> tuple[str, str]:
        return "missing", f"The field {self._last} is missing; add it here."

    def unknown_key(self) -> tuple[str, str]:
        keys = _keys_at(self.location[:-1])
        close = nearest(self._last, keys)
        hint = f"did you mean {close}?" if close else f"allowed here: {', '.join(keys)}."
        return "unknown-key", f"The key {shown(self._last)} is not known; {hint}"

    def too_short(self) -> tuple[str, str]:
        return "empty", f"{self._name} is empty; fill it in or remove it."

    def too_long(self) -> tuple[str, str]:
        return "too-long", self._too_long(len(self.value.strip()), self.context["max_length"])

    def bad_date(self) -> tuple[str, str]:
        return "bad-date", f"{self._found} is not a date; write year, month and day, such as 2025-05-12."

    def no_such_date(self) -> tuple[str, str]:
        return "bad-date", f"{self._found} is not a day of the calendar; correct it, such as 2025-05-12."

    def bad_truth(self) -> tuple[str, str]:
        return "bad-truth", f"{self._name} is {self._found}; write true or false, without quotes."

    def bad_url(self) -> tuple[str, str]:
        return "bad-url", f"{self._found} {_PATTERNS[schema.URL][1]}"

    def wrong_kind(self) -> tuple[str, str]:
        if self.value is None:
            word = self._word_in_text()
            if self.kind == "string_type" and word:
                return "not-text", f'{word} is read as nothing; if it is text, put it in quotes: "{word}".'
            return "empty", f"{self._name} is empty; fill it in or remove it."
        if self.kind == "string_type":
            if isinstance(self.value, Unquoted):
                text = self._found
                return "not-text", f'{text} is read as {self.value.meaning}; put it in quotes: "{text}".'
            return "wrong-kind", f"{self._name} is {self._found}, but text is expected; write one piece of text."
        expected, remedy = _KINDS[self.kind]
        return "wrong-kind", f"{self._name} is {self._found}, but {expected} is expected; {remedy}."

    def _word_in_text(self) -> str:
        """Find the word that YAML read as nothing (null, ~), if one stands there."""
        mark = self.sheet.value_mark(self.location)
        words = self.sheet.line(mark.line)[mark.column :].replace(",", " ").replace("]", " ").split()
        return words[0] if words and words[0] in {"null", "Null", "NULL", "~"} else ""

    def too_few(self) -> tuple[str, str]:
        if self._last == "positions":
            sides = ", ".join(shown(str(key)) for key in self.value) or "nobody"
            return "single-side", f"The field positions has a single side ({sides}); give at least two, or remove it."
        return "empty", f"{self._name} is empty; give at least one item."

    def _too_long(self, length: int, limit: int) -> str:
        over = f"{length - limit:,} too many"
        return f"{self._name} has {length:,} characters, {over}: at most {limit:,} are allowed; shorten it."

    def bad_pattern(self) -> tuple[str, str]:
        pattern = self.context["pattern"]
        code, advice = _PATTERNS[pattern]
        return code, f"{shown(self.value)} {advice.format(example=_example(self.value, pattern))}"

    def _report_markdown(self) -> None:
        length, limit = self.context["length"], self.context["limit"]
        mark = self.sheet.value_mark(self.location)
        if length > limit:
            self.sheet.report(mark, "too-long", self._too_long(length, limit))
        first = 0
        block = self.sheet.line(mark.line)[mark.column : mark.column + 1] == "|"
        if block:  # the text begins on the next line; pydantic stripped blank lines before it
            first = mark.line + 1 + self.value[: len(self.value) - len(self.value.lstrip())].count("\n")
        for offset, what in self.context["faults"]:
            place = mark
            if block:
                line = self.sheet.line(first + offset)
                place = Spot(first + offset, len(line) - len(line.lstrip()))
            self.sheet.report(place, "markdown", f"{what}.")


_WORDS: dict[str, Callable[[_Fault], tuple[str, str]]] = {
    "missing": _Fault.missing,
    "extra_forbidden": _Fault.unknown_key,
    "string_type": _Fault.wrong_kind,
    "tuple_type": _Fault.wrong_kind,
    "dict_type": _Fault.wrong_kind,
    "model_type": _Fault.wrong_kind,
    "string_too_short": _Fault.too_short,
    "string_too_long": _Fault.too_long,
    "too_short": _Fault.too_few,
    "string_pattern_mismatch": _Fault.bad_pattern,
    "bad_date": _Fault.bad_date,
    "no_such_date": _Fault.no_such_date,
    "bad_truth": _Fault.bad_truth,
    "bad_url": _Fault.bad_url,
}


def _example(text: str, pattern: str) -> str:
    """Make a valid value of an invalid one."""
    kind, slash, rest = text.casefold().partition("/")
    body = rest if slash and pattern == schema.ENTRY_ID else text.casefold()
    slug = "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in body).split())[: schema.MAX_SLUG].strip(
        "-"
    )
    if pattern != schema.ENTRY_ID:
        return slug or "main-contention"
    return f"{nearest(kind, ('faq', 'section')) or 'faq'}/{slug or 'obstacles'}"


def _keys_at(location: Location) -> list[str]:
    """List the keys that the format allows at a location."""
    model: type[BaseModel] = schema.KnowledgeFile
    for step in location:
        inner = _model_in(next((f.annotation for name, f in _fields(model) if name == step), None))
        model = inner or model
    return [name for name, _ in _fields(model)]


def _fields(model: type[BaseModel]) -> list[tuple[str, Any]]:
    return [(field.alias or name, field) for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - any type expression
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
