"""What Discord refuses in a message, as one function that tells every reason: the judge of the rendering tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

V2_FLAG = 1 << 15
ACTION_ROW, BUTTON, STRING_SELECT, SECTION, TEXT, GALLERY, SEPARATOR, CONTAINER = 1, 2, 3, 9, 10, 12, 14, 17
TOP_LEVEL = {ACTION_ROW, SECTION, TEXT, GALLERY, SEPARATOR, CONTAINER}
LINK_STYLE = 5


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every component of a payload, nested ones too."""
    for component in components:
        yield component
        yield from walk(component.get("components", []))
        if accessory := component.get("accessory"):
            yield accessory


def text_of(message: Mapping[str, Any]) -> str:
    """All the words of a message payload in reading order."""
    texts = [part["content"] for part in walk(message.get("components") or []) if part["type"] == TEXT]
    return "\n".join([message.get("content") or "", *texts]).strip()


def buttons_of(message: Mapping[str, Any]) -> dict[str, str]:
    """A message's buttons: custom id by label."""
    parts = walk(message.get("components") or [])
    return {part["label"]: part["custom_id"] for part in parts if part["type"] == BUTTON and "custom_id" in part}


def problems(message: Mapping[str, Any]) -> list[str]:
    """Every reason for which Discord would not take this message."""
    content, components = message.get("content") or "", message.get("components") or []
    found = []
    if len(content) > 2000:
        found.append(f"content has {len(content)} characters, 2000 are allowed")
    parts = list(walk(components))
    if message.get("flags", 0) & V2_FLAG:
        if content or message.get("embeds"):
            found.append("a components message cannot have content or embeds")
        if any(part["type"] not in TOP_LEVEL for part in components):
            found.append("a component stands at the top level that must not")
        found += _texts(parts)
    elif len(components) > 5 or any(part["type"] != ACTION_ROW for part in components):
        found.append("an ordinary message takes at most 5 action rows")
    if not content and not components and not message.get("embeds"):
        found.append("the message is empty")
    if len(parts) > 40:
        found.append(f"{len(parts)} components, 40 are allowed")
    return found + _interactive(parts)


def _texts(parts: list[dict[str, Any]]) -> list[str]:
    texts = [part["content"] for part in parts if part["type"] == TEXT]
    found = ["an empty text"] if any(not text.strip() for text in texts) else []
    if (characters := sum(map(len, texts))) > 4000:
        found.append(f"{characters} characters of text, 4000 are allowed")
    # The hidden limit by bytes, above which Discord answers 500 and the library retries.
    if (size := sum(len(text.encode()) + 12 for text in texts)) > 10_170:
        found.append(f"{size} bytes of text, 10170 are allowed")
    return found


def _interactive(parts: list[dict[str, Any]]) -> list[str]:
    found = []
    ids = [part["custom_id"] for part in parts if "custom_id" in part]
    found += [f"custom_id {name!r} has {len(name)} characters" for name in ids if not 1 <= len(name) <= 100]
    if len(set(ids)) != len(ids):
        found.append(f"a custom_id comes twice: {sorted(ids)}")
    for part in parts:
        if part["type"] == ACTION_ROW and not 1 <= len(part["components"]) <= 5:
            found.append(f"a row of {len(part['components'])}")
        if part["type"] == BUTTON:
            found += _button(part)
        if part["type"] == STRING_SELECT:
            found += _select(part)
    return found


def _button(part: Mapping[str, Any]) -> list[str]:
    found = []
    if not 1 <= len(part.get("label") or "") <= 80:
        found.append(f"button label {part.get('label')!r}")
    if part["style"] == LINK_STYLE and len(part["url"]) > 512:
        found.append("a link button's address is over 512")
    if part["style"] != LINK_STYLE and "custom_id" not in part:
        found.append("a button without a custom_id")
    return found


def _select(part: Mapping[str, Any]) -> list[str]:
    options = part["options"]
    found = [f"a select of {len(options)} options"] if not 1 <= len(options) <= 25 else []
    if len(part.get("placeholder") or "") > 150:
        found.append("a placeholder over 150")
    found += [
        f"a select option's {key}: {option.get(key)!r}"
        for option in options
        for key in ("label", "value", "description")
        if len(option.get(key) or "") > 100 or (key != "description" and not option.get(key))
    ]
    if len({option["value"] for option in options}) != len(options):
        found.append("a select value comes twice")
    return found
