"""Text as search sees it: cleaned of markup and tricks, folded, and cut into words, in any script."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.search.text import clean, fold, sentences, stem, words

SENTENCES = (
    "When does the Sunday ride start?",
    "Wann fährt ihr los, bitte schön?",
    "क्या बिजली वाली साइकिल चल सकती है?",
    "کیا بجلی سے چلنے والی سائیکل کی اجازت ہے؟",
    "Πότε ξεκινά η βόλτα",
    "今日 は 自転車 に 乗ります",
    "자전거 모임은 언제 시작해요",
    "மிதிவண்டி பயணம் எப்போது",
    "ขี่จักรยาน วันไหน",
)
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202e\u202c\u2066\u2069\u200e\u200f\ufe0f\u034f\u180e\U000e0067"
ALONG_WAY = "can we ride there"


def said(text: str) -> list[str]:
    """Cut a text into words as search does."""
    return words(clean(text))


# --- scripts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Which HELMET, which light?", ["which", "helmet", "which", "light"]),
        ("क्षेत्र में शांति", ["क्षेत्र", "में", "शांति"]),
        ("বাংলা ভাষা", ["বাংলা", "ভাষা"]),
        ("தமிழ் மொழி", ["தமிழ்", "மொழி"]),
        ("สวัสดี ครับ", ["สวัสดี", "ครับ"]),
        ("日本語 テスト", ["日本語", "テスト"]),
        ("Привет, мир", ["привет", "мир"]),
        ("Ελλάδα", ["ελλαδα"]),
        ("Zahl 42 und 7", ["zahl", "42", "und", "7"]),
        ("snake_case-word", ["snake", "case", "word"]),
    ],
)
def test_words_of_every_script_stay_whole(text: str, expected: list[str]) -> None:
    """Vowel signs and viramas belong to their word; accents of Latin, Greek and Cyrillic are folded."""
    assert said(text) == expected


@pytest.mark.parametrize("word", ["की", "कि", "में", "मैं", "राष्ट्र", "ज़मीन", "कृपया"])
def test_devanagari_keeps_every_sign(word: str) -> None:
    """No vowel sign, virama or nukta is lost, or words that differ only in them would become one."""
    assert unicodedata.normalize("NFC", fold(word)) == unicodedata.normalize("NFC", word)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("كشمير", "کشمیر"),  # Arabic and Persian kaf and yeh
        ("کَشْمِیر", "کشمیر"),  # vocalised
        ("أمن", "امن"),  # hamza above alif
        ("کـشـمـیـر", "کشمیر"),  # stretched
        ("ﻻ", "لا"),  # a presentation form
    ],
)
def test_arabic_letter_variants_are_one_letter(one: str, other: str) -> None:
    """What keyboards of different countries give for a letter is the same letter."""
    assert said(one) == said(other)
    assert len(said(other)) == 1


@pytest.mark.parametrize("written", ["१९४७", "١٩٤٧", "۱۹۴۷", "１９４７"])
def test_digits_of_every_script_are_one_digit(written: str) -> None:
    """A year is the same year in Hindi, Arabic and Urdu digits."""
    assert words(clean(f"in {written}")) == ["in", "1947"]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("café", "cafe"),
        ("cafe\u0301", "cafe"),
        ("CAFÉ", "cafe"),
        ("Straße", "strasse"),
        ("İSTANBUL", "istanbul"),
        ("naïve", "naive"),
        ("Việt", "viet"),
        ("ﬁne", "fine"),
        ("ｆｕｌｌ", "full"),
        ("𝓯𝓪𝓷𝓬𝔂", "fancy"),
        ("ⓒⓘⓡⓒⓛⓔ", "circle"),
    ],
)
def test_accents_case_and_compatibility_forms_are_folded(written: str, plain: str) -> None:
    """One spelling for a word however it was typed."""
    assert said(written) == [plain]


@given(st.sampled_from(SENTENCES))
def test_composed_and_decomposed_text_is_the_same(sentence: str) -> None:
    """Some systems send accents and signs as characters of their own."""
    assert said(unicodedata.normalize("NFD", sentence)) == said(unicodedata.normalize("NFC", sentence))


# --- tricks ----------------------------------------------------------------------------------


@given(st.sampled_from(SENTENCES), st.lists(st.tuples(st.integers(0, 60), st.sampled_from(INVISIBLE)), max_size=12))
def test_invisible_characters_change_nothing(sentence: str, inserted: list[tuple[int, str]]) -> None:
    """Zero width, soft hyphens, directions, variation selectors and tags may stand anywhere."""
    text = sentence
    for place, char in inserted:
        text = text[: place % (len(text) + 1)] + char + text[place % (len(text) + 1) :]
    assert said(text) == said(sentence)


@pytest.mark.parametrize("emoji", ["\u2764\ufe0f", "\u26a0\ufe0f", "\U0001f64f\U0001f3fd", "\u2639\ufe0f\u2639\ufe0f"])
def test_an_emoji_is_no_word(emoji: str) -> None:
    """Nor is the variation selector or skin tone that comes with it."""
    assert said(emoji) == []
    assert said(f"{ALONG_WAY} {emoji}") == said(ALONG_WAY)


@pytest.mark.parametrize("mark", ["\u0301\u0302\u0303", "\u0489", "\u093c\u0902"])
def test_a_mark_on_nothing_is_no_word(mark: str) -> None:
    """A word has a letter or a digit."""
    assert words(f"ride {mark} home") == ["ride", "home"]


@given(st.text("abcdefghijklmnop", min_size=1, max_size=10), st.integers(3, 30))
def test_zalgo_is_read_as_its_letters(word: str, height: int) -> None:
    """However high the marks are piled up."""
    assert said("".join(letter + "\u0301\u0335\u0489\u0321" * height for letter in word)) == [word]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("h\u0435lmet", "helmet"),  # Cyrillic ie
        ("\u0441hain", "chain"),  # Cyrillic es
        ("br\u03bfke", "broke"),  # Greek omicron
        ("\u0455addle", "saddle"),  # Cyrillic dze
    ],
)
def test_lookalike_letters_within_a_latin_word(written: str, meant: str) -> None:
    """A letter of another script that looks Latin is Latin among Latin ones."""
    assert said(written) == [meant]


def test_a_word_of_another_script_is_left_in_it() -> None:
    """Russian letters among Russian ones are Russian, however Latin they look."""
    (word,) = said("\u0440\u043e\u0441\u0430")
    assert not word.isascii()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("where is the h e l m e t", ["where", "is", "the", "helmet"]),
        ("W H Y  N O W", ["why", "now"]),
        ("a bike", ["a", "bike"]),
        ("plan a b", ["plan", "a", "b"]),
        ("1 2 3 4", ["1", "2", "3", "4"]),
    ],
)
def test_spread_out_letters_are_joined(written: str, meant: list[str]) -> None:
    """Three letters or more in a row; single letters and digits stay by themselves."""
    assert said(written) == meant


@pytest.mark.parametrize("text", ["\x00", "\x07\x1b\x7f", "\ud800", "\udfff\ud800", "\u2028", "\ue000"])
def test_control_characters_surrogates_and_private_letters_are_no_words(text: str) -> None:
    """They separate words and say nothing."""
    assert said(text) == []
    assert said(f"flat{text}tyre") == ["flat", "tyre"]


# --- markup ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "markup",
    [
        "<@123456789>",
        "<@!123456789>",
        "<@&42>",
        "<#987654321>",
        "<@U02ABCDEF|ana>",
        "<!here>",
        "<!subteam^S012|@team>",
        "<:wheel:123456>",
        "<a:spin:123456>",
        ":bicycle:",
        ":+1:",
        "@everyone",
        "@here",
        "@channel",
        "https://club.example/rides?day=sunday#top",
        "http://1.2.3.4:80/x",
        "www.club.example",
        "ana.b+c@club.example",
        "<b>",
        "</div>",
        '<img src="x" onerror="alert(1)">',
    ],
)
def test_markup_mentions_and_links_are_not_words(markup: str) -> None:
    """What a platform or a browser puts into a message is no part of what is asked."""
    assert said(f"can we {markup} ride there") == said(ALONG_WAY)
    assert said(markup) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("is 2 < 3 and 5 > 4", ["is", "2", "3", "and", "5", "4"]),
        ("at 9:30:15 sharp", ["at", "9", "30", "15", "sharp"]),
        ("ride:home:now", ["ride", "home", "now"]),
        ("me@home", ["me", "home"]),
        ("I <3 hills", ["i", "3", "hills"]),
    ],
)
def test_signs_in_plain_text_are_no_markup(text: str, expected: list[str]) -> None:
    """Nothing said is taken for a tag, an emoji or a link."""
    assert said(text) == expected


def test_case_and_punctuation_survive_cleaning() -> None:
    """Acronyms and sentence ends can still be seen."""
    assert clean("  Is the  UCI rule\tnew?  Yes. ") == "Is the UCI rule new? Yes."


# --- words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("don't", ["do", "not"]),
        ("DON\u2019T", ["do", "not"]),
        ("won't", ["will", "not"]),
        ("can't", ["cannot"]),
        ("I'm", ["i", "am"]),
        ("they've", ["they", "have"]),
        ("we'll", ["we", "will"]),
        ("you're", ["you", "are"]),
        ("he'd", ["he", "would"]),
        ("what's the club's fee", ["what", "the", "club", "fee"]),
        ("o'clock", ["o'clock"]),
        ("'quoted'", ["quoted"]),
        ("l'été", ["l'ete"]),
    ],
)
def test_contractions_are_opened_and_possessives_dropped(text: str, expected: list[str]) -> None:
    """With whatever apostrophe they are typed."""
    assert said(text) == expected


@given(st.text("abcXYZ019' .,_-?\n", max_size=40))
def test_a_letter_of_another_script_changes_no_other_word(text: str) -> None:
    """Plain ASCII takes a shorter way; it leads to the same words."""
    assert words(f"{text} й") == [*words(text), fold("й")]


@settings(max_examples=500)
@given(st.text(max_size=60))
def test_any_text_is_cut_into_folded_words(text: str) -> None:
    """Every word is folded for good and holds a letter or a digit, and no blank."""
    for word in said(text):
        assert fold(word) == word
        assert any(map(str.isalnum, word))
        assert word.split() == [word]


@given(st.sampled_from(SENTENCES[:2]), st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
def test_case_is_no_difference(sentence: str, change: object) -> None:
    """Shouting is read like whispering."""
    assert callable(change)
    assert said(change(sentence)) == said(sentence)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two? Three! Four", ["One.", "Two?", "Three!", "Four"]),
        ("यह है। वह है।", ["यह है।", "वह है।"]),
        ("یہ ہے۔ کیا ہے؟ ہاں", ["یہ ہے۔", "کیا ہے؟", "ہاں"]),
        ("a line\n\nanother\n", ["a line", "another"]),
        ("about 1.5 miles", ["about 1.5 miles"]),
        (" \n ", []),
    ],
)
def test_sentences_end_in_every_script(text: str, expected: list[str]) -> None:
    """At full stops, dandas, question marks and line ends, and not within a number."""
    assert sentences(text) == expected


@pytest.mark.parametrize(("one", "other"), [("rides", "riding"), ("bicycle", "bicycles"), ("repaired", "repairs")])
def test_forms_of_an_english_word_share_a_stem(one: str, other: str) -> None:
    """Singular and plural, tenses and gerunds are one word."""
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["e2e", "22", "élan", "साइकिल"])
def test_other_words_are_their_own_stem(word: str) -> None:
    """English endings are cut off English words only."""
    assert stem(word) == word
