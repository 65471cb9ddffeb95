"""Which language a question is in, told from its script and its most frequent words."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bot.search.background import background

if TYPE_CHECKING:
    from collections.abc import Sequence

_CLEAR_LEAD: Final = 0.34  # share of the words that a language must be ahead by, before it is believed

# Hindi and Urdu as typed in Latin letters, where the frequency lists have none: their commonest function words.
_ROMAN: Final = frozenset(
    """
    aap accha aur bahut batao bhai bhi gaya hai hain ho hota hoti hua hui inka iska jata ka kab kahan kaise karna karne
    karo kaun ke ki kis kisi ko koi kuch kya kyon kyu kyun liye matlab mein mujhe nahi nahin raha rahe rahi sab sakta
    sakte se tha thi tum unka uska wo woh yaar ye yeh
    """.split()  # noqa: SIM905 -- a list of words reads better without quotes
)


def is_common(word: str, language: str) -> bool:
    """Whether a folded word is one of a language's commonest, which say little of what is asked in it."""
    return word in background().others.get(language, ()) or (language == "hi" and word in _ROMAN)


def language_of(words: Sequence[str]) -> str | None:
    """The BCP 47 tag of the language that folded words are in; None where it cannot be told apart from English."""
    letters = "".join(words)
    if not letters:
        return None
    if not letters.isascii():
        scripts = [unicodedata.name(char, "").split(" ")[0] for char in letters if char.isalpha()]
        if scripts.count("DEVANAGARI") * 2 > len(scripts):
            return "hi"
        if scripts.count("ARABIC") * 2 > len(scripts):
            return "ur"
    english = background().english
    known = sum(english.get(word, 0.0) >= 4.0 for word in words) / len(words)  # noqa: PLR2004 -- a word that most people use daily
    spoken = [tag for word in words for tag in _languages(word)]
    shares = {tag: spoken.count(tag) / len(words) for tag in (*background().others, "hi")}
    tag = max(shares, key=lambda one: shares[one])
    return tag if shares[tag] - known * 0.5 >= _CLEAR_LEAD and shares[tag] > known else None


@lru_cache(maxsize=8_192)
def _languages(word: str) -> tuple[str, ...]:
    """The languages other than English whose most frequent words, as they are typed in Latin letters, have this one."""
    tags = [tag for tag, table in background().others.items() if tag != "hi" and word in table]
    return (*tags, "hi") if word in _ROMAN else tuple(tags)
