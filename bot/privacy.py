"""What is taken out of people's words before anything keeps them, and how people are told apart without being known."""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.model import Asker

# Where a number without a country code may come from: the countries that the shipped knowledge and wording speak to.
# An international number (+..) is recognised from anywhere.
_PHONE_REGIONS = ("IN", "PK", "US", "GB", "DE", "FR", "ES")

_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_URL_SECRET = re.compile(r"(?<=://)[^\s/@]{1,256}@|(?<=[?&#])[\w.-]{1,64}=[^\s&#]{8,}")
_TOKEN = re.compile(
    r"""
    \b(?:xox[a-z]|xapp|gh[opsru]|github_pat|glpat|sk|pk|rk|AKIA|ASIA|AIza|npm|pypi)[-_]?[A-Za-z0-9_-]{12,}   # by prefix
    | \beyJ[\w-]{8,}(?:\.[\w-]+){1,2}                                                  # JSON web token
    | -----BEGIN[ ][A-Z ]+-----.*?(?:-----END[ ][A-Z ]+-----|\Z)                        # private key
    | \b(?=[A-Za-z_/+.=-]*\d)(?=[\d_/+.=-]*[A-Za-z])[A-Za-z0-9_/+=-]{20,}(?:\.[\w-]{4,})*   # long, letters and digits
    """,
    re.VERBOSE | re.DOTALL,
)
_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F]{0,4}\b")
_DATE = re.compile(r"\d{1,4}[-./ ]\d{1,2}[-./ ]\d{1,4}")
# Seven digits on end are an account, a ticket or a person; a year or "10,000,000" is not.
_DIGITS = re.compile(r"\d{7,}")
# Cards and accounts are typed in groups; four years in a row are not fourteen digits or more with one kind of gap.
_GROUPED_DIGITS = re.compile(r"\b\d{4}(?P<gap>[ -])\d{4}(?P=gap)\d{4}(?P=gap)\d{1,7}\b")


def scrub(text: str) -> str:
    """Replace e-mail addresses, phone numbers, tokens, network addresses and long digit runs by a word in brackets.

    Total: any text in, readable text out; scrubbing twice changes nothing more.
    """
    text = _EMAIL.sub("[email]", text)
    text = _URL_SECRET.sub("[token]", text)
    text = _TOKEN.sub("[token]", text)
    text = _ADDRESS.sub("[address]", text)
    text = _GROUPED_DIGITS.sub(_number_unless_years, text)
    text = _scrub_phones(text)
    return _DIGITS.sub("[number]", text)


def _number_unless_years(match: re.Match[str]) -> str:
    groups = match[0].split(match["gap"])
    years = all(len(group) == 4 and "1500" <= group <= "2100" for group in groups)  # noqa: PLR2004 - a year's digits
    return match[0] if years else "[number]"


def _scrub_phones(text: str) -> str:
    if sum(map(str.isdigit, text)) < 7:  # noqa: PLR2004 - no shorter number reaches a person from outside
        return text
    for region in _PHONE_REGIONS:
        for start, end in reversed(list(_phones(text, region))):
            text = f"{text[:start]}[phone]{text[end:]}"
    return text


def _phones(text: str, region: str) -> Iterator[tuple[int, int]]:
    # Comes with the store, not with the core: whoever keeps nothing has nothing to scrub.
    from phonenumbers import Leniency, PhoneNumberMatcher  # noqa: PLC0415

    for match in PhoneNumberMatcher(text, region, leniency=Leniency.VALID):
        if not _DATE.fullmatch(match.raw_string):
            yield match.start, match.end


class Marker:
    """Turns people into marks: keyed hashes that nobody can turn back without the key.

    A mark is the first 128 bits of HMAC-SHA-256, in hex.
    """

    def __init__(self, *keys: bytes) -> None:
        """Use the first key; the others are those of before, under which older marks are found again."""
        self._keys = keys

    def voter(self, asker: Asker) -> str:
        """Mark a person the same way always, so that the last vote replaces the one before."""
        return self.voter_marks(asker)[0]

    def voter_marks(self, asker: Asker) -> list[str]:
        """List a voter's marks under every key, the present one first."""
        return [_mark(key, "vote", asker) for key in self._keys]

    def asker(self, asker: Asker, at: float) -> str:
        """Mark a person for one calendar month (UTC), enough to count people who ask alike."""
        return _mark(self._keys[0], _month(at), asker)

    def name(self, name: str) -> str:
        """Stand in for a name that may hold a person's id."""
        return _digest(self._keys[0], f"name\0{name}")

    def asker_marks(self, asker: Asker, since: float, until: float) -> list[str]:
        """List a person's marks of every month between two times, seconds since the epoch."""
        step = 28 * 86_400  # no month is shorter, so none is stepped over
        months = dict.fromkeys(_month(at) for at in (*range(int(since), int(until), step), until))
        return [_mark(key, month, asker) for key in self._keys for month in months]


def _month(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m}"


def _mark(key: bytes, purpose: str, asker: Asker) -> str:
    return _digest(key, f"{purpose}\0{asker.platform}\0{asker.person}")


def _digest(key: bytes, message: str) -> str:
    return hmac.digest(key, message.encode(errors="backslashreplace"), "sha256")[:16].hex()
