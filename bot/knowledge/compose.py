"""YAML text as plain data that remembers where each key and value stands.

PyYAML's constructors forget places and quietly change text (`no` becomes false, `3.10` becomes 3.1). So only its parser
is used here: its events become dicts, lists and strings, and whatever the format refuses becomes a finding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import yaml
from yaml.resolver import Resolver

from bot.knowledge.finding import START, Finding, Mark, shown
from bot.knowledge.syntax import syntax_finding

if TYPE_CHECKING:
    from collections.abc import Callable

# Without libyaml, PyYAML's own parser gives the same events, some ten times slower.
_LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_DEPTH = 16  # the format itself needs 6 levels; more is a mistake or an attack

# What YAML 1.1 reads an unquoted scalar as, where that is not text.
_MEANINGS = {
    "tag:yaml.org,2002:bool": "true or false",
    "tag:yaml.org,2002:int": "a number",
    "tag:yaml.org,2002:float": "a number",
    "tag:yaml.org,2002:null": "nothing",
    "tag:yaml.org,2002:timestamp": "a date",
}
_Resolvers: TypeAlias = dict[str, list[tuple[str, re.Pattern[str]]]]
_RESOLVERS: _Resolvers = {
    first: [(_MEANINGS[tag], pattern) for tag, pattern in resolvers if tag in _MEANINGS]
    for first, resolvers in cast("_Resolvers", Resolver.yaml_implicit_resolvers).items()
}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Unquoted:
    """An unquoted scalar that YAML does not read as text."""

    text: str
    meaning: str  # "a number", "a date", "true or false"


class Map(dict[str, Any]):
    """A mapping that knows where it, its keys and its values stand."""

    __slots__ = ("key", "key_mark", "keys_at", "mark", "values_at")

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.keys_at: dict[str, Mark] = {}
        self.values_at: dict[str, Mark] = {}
        self.key: str | _Refused | None = None  # read, and waiting for its value
        self.key_mark = mark


class Seq(list[Any]):
    """A list that knows where it and its items stand."""

    __slots__ = ("items_at", "mark")

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.items_at: list[Mark] = []


class _Refused:
    """Stands for a key that was refused: its value is read and dropped."""


_REFUSED = _Refused()
Value: TypeAlias = str | Unquoted | Map | Seq | None


@dataclass(slots=True)
class Composed:
    """What one file's text holds."""

    root: Value = None  # what was read before a syntax error, if there is one: whole items only
    findings: list[Finding] = field(default_factory=list)
    complete: bool = True  # False after a syntax error


def compose(text: str) -> Composed:
    """Read one YAML document; never raises, whatever the text."""
    composer = _Composer()
    try:
        parser = _LOADER(text)
        for event in iter(parser.get_event, None):
            composer.take(event)
    except _StopError:
        composer.salvage()
    except yaml.YAMLError as error:
        composer.result.findings.append(syntax_finding(error, text))
        composer.salvage()
    return composer.result


class _StopError(Exception):
    """The rest of the file is not worth reading; why is already among the findings."""


class _Composer:
    """Builds the data from the parser's events, with its own stack: nesting cannot exhaust Python's."""

    def __init__(self) -> None:
        self.result = Composed()
        self._stack: list[Map | Seq] = []
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Add one event of the parser."""
        taker = _TAKERS.get(type(event))
        if taker is not None:
            taker(self, event, event.start_mark or START)

    def salvage(self) -> None:
        """Keep what was read whole before the reading broke off: top-level values and their items."""
        self.result.complete = False
        match self._stack:
            case [Map() as root, Seq() as items, *_]:
                self._stack = [root]
                self._add(items, items.mark)
            case [Map() as root, *_]:
                pass
            case _:
                return
        self.result.root = root

    def scalar(self, event: yaml.ScalarEvent, mark: Mark) -> None:
        if event.tag is not None or event.anchor is not None:
            self._refuse_marks(event, mark)
        value: Value = event.value
        if not event.style:
            value = _plain(event.value)
        elif event.style == '"' and _CONTROL.search(event.value):
            message = "This text holds an escaped control character, which no chat can show; remove it."
            self._find(mark, "control-character", message)
        self._add(value, mark)

    def start(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent, mark: Mark) -> None:
        if event.tag is not None or event.anchor is not None:
            self._refuse_marks(event, mark)
        if len(self._stack) >= MAX_DEPTH:
            message = f"This is nested more than {MAX_DEPTH} levels deep; the format needs no more than 6."
            self._find(mark, "too-deep", message)
            raise _StopError
        is_map = isinstance(event, yaml.MappingStartEvent)
        self._stack.append(Map(mark) if is_map else Seq(mark))

    def end(self, _event: yaml.Event, _mark: Mark) -> None:
        done = self._stack.pop()
        self._add(done, done.mark)

    def alias(self, event: yaml.AliasEvent, mark: Mark) -> None:
        message = f"Aliases such as *{event.anchor} are not allowed; write the text out here, or put it in quotes."
        self._find(mark, "alias", message)
        self._add(None, mark)

    def document(self, _event: yaml.Event, mark: Mark) -> None:
        self._documents += 1
        if self._documents > 1:
            message = "A second document starts here; keep one per file: remove the line ---."
            self._find(mark, "second-document", message)
            raise _StopError

    def _add(self, value: Value, mark: Mark) -> None:
        if not self._stack:
            self.result.root = value
            return
        top = self._stack[-1]
        if isinstance(top, Seq):
            top.append(value)
            top.items_at.append(mark)
        elif top.key is None:
            top.key = self._key(value, mark)
            top.key_mark = mark
        else:
            key, top.key = top.key, None
            if isinstance(key, str):
                self._put(top, key, value, mark)

    def _key(self, value: Value, mark: Mark) -> str | _Refused:
        if isinstance(value, str):
            return value
        if isinstance(value, Unquoted):
            message = f'The key {value.text} is read as {value.meaning}; put it in quotes: "{value.text}".'
            self._find(mark, "not-text", message)
            return value.text
        self._find(mark, "bad-key", "A key has to be one piece of text.")
        return _REFUSED

    def _put(self, target: Map, key: str, value: Value, mark: Mark) -> None:
        if key not in target:
            target[key] = value
            target.keys_at[key] = target.key_mark
            target.values_at[key] = mark
            return
        first = target.keys_at[key].line + 1
        message = f"The key {shown(key)} is already given on line {first}; keep one of the two."
        self._find(target.key_mark, "duplicate-key", message)
        earlier = target[key]
        if isinstance(earlier, Seq) and isinstance(value, Seq):  # so that the second list is checked too
            earlier.extend(value)
            earlier.items_at.extend(value.items_at)

    def _refuse_marks(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, mark: Mark) -> None:
        if event.tag is not None:
            tag = shown(event.tag.replace("tag:yaml.org,2002:", "!!"))
            self._find(mark, "tag", f"Tags such as {tag} are not allowed; remove it.")
        if event.anchor is not None:
            message = f"Anchors such as &{event.anchor} are not allowed; remove it, or put the text in quotes."
            self._find(mark, "anchor", message)

    def _find(self, mark: Mark, code: str, message: str) -> None:
        self.result.findings.append(Finding(mark, code, message))


_TAKERS: dict[type[yaml.Event], Callable[[_Composer, Any, Mark], None]] = {
    yaml.ScalarEvent: _Composer.scalar,
    yaml.MappingStartEvent: _Composer.start,
    yaml.SequenceStartEvent: _Composer.start,
    yaml.MappingEndEvent: _Composer.end,
    yaml.SequenceEndEvent: _Composer.end,
    yaml.AliasEvent: _Composer.alias,
    yaml.DocumentStartEvent: _Composer.document,
}


def _plain(text: str) -> Value:
    """Read an unquoted scalar as YAML 1.1 does: as nothing, as text, or as something that is not text."""
    if not text:
        return None
    for meaning, pattern in _RESOLVERS.get(text[0], ()):
        if pattern.match(text):
            return None if meaning == "nothing" else Unquoted(text, meaning)
    return text
