"""What a text is about: its words without the courtesies that people wrap a question in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.search.text import words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Greetings, please and thanks, in the languages of the bot's own wording.
_COURTESIES: Final = """
    hi, hi there, hi all, hi everyone, hi guys, hello, hello there, hello all, hello everyone, hey, hey there, hey guys,
    good morning, good afternoon, good evening, please, pls, plz, kindly, excuse me, pardon me, thanks, thanks a lot,
    thanks in advance, thank you in advance, many thanks, thank you, thank you so much,
    thank you very much, thx, cheers,
    namaste, namaskar, kripya, kripaya, dhanyavaad, dhanyavad, shukriya, meherbani, salam, assalam o alaikum,
    नमस्ते, नमस्कार, कृपया, धन्यवाद, शुक्रिया,
    سلام, السلام علیکم, براہ کرم, براہ مہربانی, برائے مہربانی, مہربانی, شکریہ,
    hola, buenos días, buenas tardes, buenas noches, por favor, porfa, gracias, muchas gracias, gracias de antemano,
    bonjour, bonsoir, s'il vous plaît, s'il te plaît, svp, merci, merci beaucoup, merci d'avance,
    hallo, guten tag, guten morgen, guten abend, moin, bitte, danke, vielen dank, danke schön, danke im voraus
"""
_RUNS: Final = frozenset(tuple(words(one)) for one in _COURTESIES.split(","))
_LONGEST: Final = max(map(len, _RUNS))


def matter(said: Sequence[str], *, tells: Callable[[str], bool]) -> list[str]:
    """A text's folded words without the courtesies at its beginning and end.

    A text without another word that `tells` what it is about keeps its courtesies: they are what it says.
    """
    rest = _after_courtesies(tuple(said))
    while length := next((one for one in range(min(_LONGEST, len(rest)), 0, -1) if rest[-one:] in _RUNS), 0):
        rest = rest[:-length]
    return list(rest if any(map(tells, rest)) else said)


def is_courtesy(said: Sequence[str]) -> bool:
    """Whether a text's folded words are a greeting, please or thanks, and nothing else."""
    return bool(said) and not _after_courtesies(tuple(said))


def _after_courtesies(rest: tuple[str, ...]) -> tuple[str, ...]:
    while length := next((one for one in range(min(_LONGEST, len(rest)), 0, -1) if rest[:one] in _RUNS), 0):
        rest = rest[length:]
    return rest
