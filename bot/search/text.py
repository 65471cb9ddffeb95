"""Text as search sees it: cleaned of markup and tricks, folded, and cut into words, in any script."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import Stemmer

# Letters of other scripts that pass for Latin ones. Unicode's confusables table (UTS 39) is the source of the pairs;
# only those are kept that a reader cannot tell from the Latin letter in a chat font.
_HOMOGLYPHS = str.maketrans(
    "асеорхуіјѕһԁԛԝвкмнтαοερντικυχ",
    "aceopxyijshdqwbkmhtaoepvtikux",
)
# One letter in several code points: the variants that Urdu, Persian and Arabic keyboards give for the same letter.
_ARABIC_VARIANTS = str.maketrans(
    {"ي": "ی", "ى": "ی", "ك": "ک", "ه": "ہ", "ة": "ہ", "أ": "ا", "إ": "ا", "ٱ": "ا", "ـ": ""}
)
# Digits of the scripts that Hindi and Urdu are written in.
_DIGITS = str.maketrans({chr(zero + digit): str(digit) for zero in (0x0660, 0x06F0, 0x0966) for digit in range(10)})
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "‐": "-", "‑": "-", "–": "-", "—": "-"})
_FOLDED_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARABIC")  # marks carry no spelling here; in Indic scripts they do

_URL = re.compile(r"\b(?:https?://|www\.)\S+|\b[\w.+-]+@[\w-]+\.[\w.]+", re.IGNORECASE)
_PLATFORM_TOKEN = re.compile(r"<[@#!][^<>\s]*>|<a?:\w+:\d+>|@(?:everyone|here|channel)\b|(?<!\w):[a-z0-9_+-]+:(?!\w)")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_SIGNS_OF_MARKUP = ("<", "@", ":", "www.", "WWW.", "Www.")  # without one of them there is nothing to take out
_BLANKS = re.compile(r"[^\S\n]+")
_SPACED_LETTERS = re.compile(r"(?<!\S)(?:[^\W\d_] ){2,}[^\W\d_](?!\S)")
# Characters without a shape of their own, other than format characters: Unicode's default ignorable code points, such
# as the variation selectors that emoji carry and the fillers that pass for a blank; and the frame of a keycap emoji.
_SHAPELESS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u20e3\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_RUN = re.compile(r"[^\s']+(?:'[^\s']+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?।۔؟])\s+|\n+")
_CONTRACTIONS = {
    "n't": " not", "'re": " are", "'ve": " have", "'ll": " will", "'m": " am", "'d": " would", "'s": "",
}  # fmt: skip
_CONTRACTION = re.compile(r"(?<=[a-z])(?:n't|'(?:re|ve|ll|m|d|s))\b")


def clean(text: str) -> str:
    """What a person meant to write: without invisible characters, markup, links, mentions and spread-out letters.

    Keeps case and punctuation, so that acronyms and sentence ends can still be seen.
    """
    if not (text.isascii() and text.isprintable()):
        text = _visible(text)
    text = text.translate(_QUOTES)
    if any(sign in text for sign in _SIGNS_OF_MARKUP):
        for pattern in (_URL, _PLATFORM_TOKEN, _TAG):
            text = pattern.sub(" ", text)
    # Two or more blanks between spread-out letters are the only sign of where their words end.
    text = _SPACED_LETTERS.sub(lambda found: found.group().replace(" ", ""), text)
    return _BLANKS.sub(" ", text).strip()


def _visible(text: str) -> str:
    """Text as it looks: compatibility forms folded, piled-up marks and invisible characters gone."""
    text = unicodedata.normalize("NFKC", _strip_marks(_SHAPELESS.sub("", text)))
    return "".join(char if char == "\n" or unicodedata.category(char)[0] != "C" else _blank(char) for char in text)


def _blank(char: str) -> str:
    """A control character separates words; a format character (zero width, direction) stands within one."""
    return "" if unicodedata.category(char) == "Cf" else " "


def _strip_marks(text: str) -> str:
    """Drop piled-up marks (three or more on a letter) whatever the script: no language writes them."""
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFD", text):
        marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if marks <= 2:  # noqa: PLR2004 -- two marks on a letter are normal (Vietnamese, vocalised Arabic)
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """One spelling for a word: case, accents, digits, Arabic letter variants and look-alike letters folded."""
    word = word.casefold()
    if word.isascii():
        return word
    base = ""
    kept: list[str] = []
    for char in unicodedata.normalize("NFD", word):
        if unicodedata.combining(char) == 0:
            base = unicodedata.name(char, "")
        elif base.startswith(_FOLDED_SCRIPTS):
            continue
        kept.append(char)
    word = unicodedata.normalize("NFC", "".join(kept)).translate(_ARABIC_VARIANTS).translate(_DIGITS)
    if any("a" <= char <= "z" for char in word):
        word = word.translate(_HOMOGLYPHS)
    return word


def words(text: str) -> list[str]:
    r"""The folded words of a cleaned text, in order; contractions are opened and possessives dropped.

    Python's `\w` leaves the vowel signs of Indic scripts out, so a run of letters is found by category instead.
    """
    text = text.casefold()
    if "'" in text:
        text = _CONTRACTION.sub(
            lambda found: _CONTRACTIONS[found.group()], text.replace("can't", "cannot").replace("won't", "will not")
        )
    if text.isascii():
        return _WORD.findall(text)
    spaced = "".join(char if char == "'" or unicodedata.category(char)[0] in "LNM" else " " for char in text)
    return [folded for word in _RUN.findall(spaced) if any(map(str.isalnum, word)) and (folded := fold(word))]


def sentences(text: str) -> list[str]:
    """A text cut after sentence ends and line ends, in any script; blank pieces left out."""
    return [piece.strip() for piece in _SENTENCE_END.split(text) if piece.strip()]


_stemmer = Stemmer.Stemmer("english", 0)  # `stem` remembers


@lru_cache(maxsize=262_144)
def stem(word: str) -> str:
    """A word's stem where it is English (Porter 2); any other word as it is."""
    return str(_stemmer.stemWord(word)) if word.isascii() and word.isalpha() else word
