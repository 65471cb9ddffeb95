"""What people type is scrubbed before it is kept."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.model import Asker
from bot.privacy import Marker, scrub

pytest.importorskip("phonenumbers")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("write to jane.doe+x@mail.example.org now", "write to [email] now"),
        ("call +92 300 1234567 or 0300-1234567", "call [phone] or [phone]"),
        ("ring (212) 555-0187 ok?", "ring [phone] ok?"),
        ("98765 43210 is mine", "[phone] is mine"),
        ("my card 4111 1111 1111 1111 was charged", "my card [number] was charged"),
        ("ticket 123456789012 is open", "ticket [number] is open"),
        ("मेरा नंबर ९८७६५४३२१०", "मेरा नंबर [phone]"),
        ("token xoxb-123456789012-abcdefGHIJKL please", "token [token] please"),
        ("ghp_abcdEFGH1234ijklMNOP5678", "[token]"),
        ("key: sk-abcdef1234567890abcdef12", "key: [token]"),
        ("https://user:secret@host/x?session=abcdef123456", "https://[token]host/x?[token]"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ", "[token]"),
        ("from 192.168.17.23 and fe80:0:0:0:1:2:3:4", "from [address] and [address]"),
    ],
)
def test_personal_data_goes(text: str, kept: str) -> None:
    """Addresses, numbers and tokens give way to a word that says what stood there."""
    assert scrub(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "What happened between 1947-1971 and on 2025-05-12?",
        "wars of 1947 1965 1971 1999",
        "on 12.05.2025, 10/05/2025 and 3 May 2025 at 14:30",
        "UN resolution 47 of 1948, article 370, 10,000 people, 1.5 million",
        "what is the confidence-building-measures-mechanism",
        "is F-16 better than JF-17 Block 3?",
        "https://example.org/wiki/India-Pakistan_relations?page=2",
        "युद्धविराम 2021 में क्या हुआ",
    ],
)
def test_questions_stay(text: str) -> None:
    """Years, dates, amounts and long words are what questions are made of."""
    assert scrub(text) == text


@given(st.text(max_size=200))
@example("a@b.c" * 400)
@example("0" * 2_000)
@example("1." * 1_000)
@example("x=" * 1_000)
def test_any_text_is_scrubbed_once_and_for_all(text: str) -> None:
    """Scrubbing never fails, and scrubbing again finds nothing more."""
    once = scrub(text)
    assert scrub(once) == once


def test_marks_tell_people_apart_only_within_a_month() -> None:
    """The mark of a question changes with the month and the key; a voter's mark only with the key."""
    marker, other = Marker(b"one"), Marker(b"two")
    someone = Asker(platform="terminal", tenant="a", person="1")
    may, june = 1_746_100_000, 1_749_000_000
    assert marker.asker(someone, may) == marker.asker(someone, may + 86_400)
    assert marker.asker(someone, may) != marker.asker(someone, june)
    assert marker.asker(someone, may) != other.asker(someone, may)
    assert marker.voter(someone) == marker.voter(Asker(platform="terminal", tenant="b", person="1"))
    assert marker.voter(someone) not in {marker.asker(someone, may), other.voter(someone)}
    assert set(marker.asker_marks(someone, may, june)) == {marker.asker(someone, may), marker.asker(someone, june)}
