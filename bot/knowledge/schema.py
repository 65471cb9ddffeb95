"""The knowledge format as pydantic models: what a file may hold, for the loader and, as JSON Schema, for editors.

The models' docstrings and descriptions are what an editor shows to a moderator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from bot.knowledge.compose import Unquoted
from bot.markdown import unsupported

if TYPE_CHECKING:
    from collections.abc import Callable

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
ENTRY_ID = r"^(faq|section)/[a-z0-9]+(-[a-z0-9]+)*$"
# RFC 5646 section 2.1, without grandfathered tags and reserved long language codes.
LANGUAGE = (
    r"^[A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"
    r"(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[0-9A-WY-Za-wy-z](-[A-Za-z0-9]{2,8})+)*(-[xX](-[A-Za-z0-9]{1,8})+)?$"
)
URL = r"^([Hh][Tt][Tt][Pp][Ss]?://|[Mm][Aa][Ii][Ll][Tt][Oo]:)\S+$"
_CASES: dict[int, Callable[[str], str]] = {2: str.upper, 4: str.title}  # a region, a script
_DATE = re.compile(r"\d{4}-\d\d-\d\d")

MAX_SLUG = 40  # so that an id fits a button on every platform
MAX_TITLE = 150  # a faq's question and a section's title: one line of a menu
MAX_PHRASING = 300
MAX_ANSWER = 3_000  # fits one message on every platform
MAX_TEXT = 8_000
MAX_WORDS = 100  # a keyword, a tag, a name, a synonym
MAX_REMARK = 1_000  # a description, a scope


def _one_line(text: str) -> str:
    return " ".join(text.split()) if "\n" in text or "  " in text else text


@dataclass(frozen=True, slots=True)
class _Markdown:
    """Checks Markdown, for AfterValidator: its length and its constructs in one error, so that one pass names both."""

    limit: int

    def __call__(self, text: str) -> str:
        faults = unsupported(text[: 2 * self.limit])  # far over the limit, only the length matters
        if faults or len(text) > self.limit:
            details = {"faults": faults, "limit": self.limit, "length": len(text)}
            raise PydanticCustomError("markdown", "text is too long or holds unsupported Markdown", details)
        return text

    @property
    def schema(self) -> WithJsonSchema:
        """What editors check."""
        return WithJsonSchema({"type": "string", "minLength": 1, "maxLength": self.limit})


def _date(value: object) -> object:
    text = value.text if isinstance(value, Unquoted) else value
    if value is None:
        return value
    if isinstance(text, str) and _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise PydanticCustomError("no_such_date", "not a day of the calendar") from None
    raise PydanticCustomError("bad_date", "not a date")


def _truth(value: object) -> object:
    if isinstance(value, Unquoted) and value.text.lower() in {"true", "false"}:
        return value.text.lower() == "true"
    if value is None:
        return value
    raise PydanticCustomError("bad_truth", "not true or false")


def _language(tag: str) -> str:
    """Write a tag in the case that RFC 5646 section 2.1.1 recommends: hi, pt-BR, zh-Hans-CN."""
    first, *rest = tag.split("-")
    cased = [first.lower()]
    for part in rest:
        after_singleton = len(cased[-1]) == 1
        cased.append(part.lower() if after_singleton else _CASES.get(len(part), str.lower)(part))
    return "-".join(cased)


def _url(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = bool(parts.path) if parts.scheme == "mailto" else bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a broken IPv6 address or port
        good = False
    if not good or not url.isprintable():
        raise PydanticCustomError("bad_url", "not a web address")
    return url


_NONEMPTY = StringConstraints(strip_whitespace=True, min_length=1)
_Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TITLE),
    AfterValidator(_one_line),
]
_Phrasing = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_PHRASING),
    AfterValidator(_one_line),
]
_Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_WORDS),
    AfterValidator(_one_line),
]
_Remark = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_REMARK),
    AfterValidator(_one_line),
]
_SHORT, _LONG = _Markdown(MAX_ANSWER), _Markdown(MAX_TEXT)
_Answer = Annotated[str, _NONEMPTY, AfterValidator(_SHORT), _SHORT.schema]
_Text = Annotated[str, _NONEMPTY, AfterValidator(_LONG), _LONG.schema]
_Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=MAX_SLUG)]
_EntryId = Annotated[str, StringConstraints(pattern=ENTRY_ID)]
_Language = Annotated[str, StringConstraints(pattern=LANGUAGE), AfterValidator(_language)]
_Url = Annotated[str, StringConstraints(strip_whitespace=True, pattern=URL), AfterValidator(_url)]
_Date = Annotated[
    date,
    BeforeValidator(_date),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
]
_Truth = Annotated[bool, BeforeValidator(_truth)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Header(_Model):
    """What this collection is. Given once in a collection, in any of its files."""

    title: _Title = Field(description="The collection's name for people.")
    description: _Remark | None = Field(None, description="One or two sentences about it.")
    scope: _Remark | None = Field(None, description="What it can answer about, said when a question is outside it.")
    language: _Language | None = Field(None, description="BCP 47 tag; en if not given.", examples=["en", "hi", "pt-BR"])
    as_of: _Date | None = Field(
        None, description="When the answers were last true, for entries without their own date."
    )
    maintainers: tuple[_Words, ...] | None = Field(None, description="Names or handles.")


class SourceItem(_Model):
    """Where a fact comes from."""

    title: _Phrasing = Field(description="What it is called.")
    url: _Url | None = Field(None, description="A web or mail address.", json_schema_extra={"format": "uri"})
    date: _Date | None = Field(None, description="When it was published.")


class FaqTranslation(_Model):
    """The entry's words in another language; what is absent falls back to the entry's own."""

    question: _Title | None = None
    alternates: tuple[_Phrasing, ...] | None = None
    answer: _Answer | None = None


class SectionTranslation(_Model):
    """The section's words in another language; what is absent falls back to the section's own."""

    title: _Title | None = None
    alternates: tuple[_Phrasing, ...] | None = None
    text: _Text | None = None


class Item(_Model):
    """What faq entries and sections have in common."""

    id: _Slug = Field(
        description="Unique among its kind; never change it once published: buttons in old messages carry it.",
        examples=["main-contention"],
    )
    alternates: tuple[_Phrasing, ...] | None = Field(None, description="Other ways people ask it.")
    rejects: tuple[_Phrasing, ...] | None = Field(
        None, alias="not", description="Look-alike questions that this entry must not answer."
    )
    keywords: tuple[_Words, ...] | None = Field(None, description="Words that point to this entry.")
    related: tuple[_EntryId, ...] | None = Field(
        None, description="Full ids of entries to read next.", examples=[["faq/obstacles", "section/tips"]]
    )
    sources: tuple[SourceItem, ...] | None = Field(None, description="Where the facts come from.")
    positions: dict[_Words, _Answer] | None = Field(
        None,
        min_length=2,
        description="For a disputed matter: who holds what. Always shown together, in this order.",
    )
    as_of: _Date | None = Field(None, description="When the answer was last true.", examples=["2025-05-12"])
    review_by: _Date | None = Field(
        None, description="After it, readers see a notice and moderators a reminder.", examples=["2026-05-12"]
    )
    owner: _Words | None = Field(None, description="Who keeps this entry right.")
    tags: tuple[_Words, ...] | None = Field(None, description="For sorting; never shown to readers.")
    pinned: _Truth | None = Field(None, description="Offered first when nothing was typed.")


class Faq(Item):
    """A question and its answer."""

    question: _Title = Field(description="The question as most people would ask it.")
    answer: _Answer = Field(description="Markdown; its first sentence should be able to stand alone.")
    translations: dict[_Language, FaqTranslation] | None = Field(None, description="By BCP 47 tag.")


class Section(Item):
    """A section of an article; its paragraphs can be answered with on their own."""

    title: _Title = Field(description="The section's heading.")
    text: _Text = Field(description="Markdown; each paragraph should be able to stand alone.")
    alternates: tuple[_Phrasing, ...] | None = Field(None, description="Questions that this section answers.")
    translations: dict[_Language, SectionTranslation] | None = Field(None, description="By BCP 47 tag.")


class Stock(_Model):
    """A kind of message and the fixed reply to it."""

    id: _Slug = Field(description="Unique among its kind.", examples=["cricket"])
    examples: tuple[_Phrasing, ...] = Field(min_length=1, description="How people say it.")
    reply: _Answer = Field(description="Markdown.")


class KnowledgeFile(_Model):
    """One file of a Backchannel knowledge collection."""

    model_config = ConfigDict(title="Backchannel knowledge, format version 1")

    collection: Header | None = Field(None, description="What this collection is; once in all its files.")
    faq: tuple[Faq, ...] | None = Field(None, description="Questions and their answers.")
    sections: tuple[Section, ...] | None = Field(None, description="Sections of an article.")
    synonyms: tuple[tuple[_Words, ...], ...] | None = Field(
        None,
        description="Groups of words or phrases that mean the same; case decides only for all-capitals (US, IT).",
        examples=[[["confidence-building measure", "CBM", "CBMs"]]],
    )
    out_of_scope: tuple[Stock, ...] | None = Field(
        None, description="Known questions that the bot declines, in these words."
    )
    small_talk: tuple[Stock, ...] | None = Field(
        None, description="Greetings and thanks: answered politely, never counted as a question."
    )


def json_schema() -> dict[str, Any]:
    """Give the format as JSON Schema draft 7, which every editor knows, for completing and checking."""
    schema = KnowledgeFile.model_json_schema(by_alias=True)
    return {"$schema": "http://json-schema.org/draft-07/schema#", **_nullable(schema)}


def _nullable(node: Any) -> Any:  # noqa: ANN401 - JSON
    """Pydantic's `anyOf: [X, null], default: null` as the shorter `type: [x, "null"]`, which editors explain better."""
    if isinstance(node, list):
        return [_nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: _nullable(value) for key, value in node.items() if (key, value) != ("default", None)}
    if "patternProperties" in node:  # any other key is an error, and pydantic leaves that out
        node["additionalProperties"] = False
    match node.get("anyOf"):
        case [{"type": str(kind), **rest}, {"type": "null"}]:
            del node["anyOf"]
            return {"type": [kind, "null"], **rest, **node}
    return node
