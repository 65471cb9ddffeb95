"""Places: the narrowest that sets something decides, mistakes are told at their place, and edits go live."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.settings import platforms
from bot.config import Settings
from bot.errors import ConfigError
from bot.limits import Admission, Rate
from bot.model import Asker
from bot.places import Place, Places, at_start, read_places
from bot.service import Service
from bot.settings_watch import SettingsWatcher
from tests.samples import places, write_files

if TYPE_CHECKING:
    from pathlib import Path

ASKER = Asker(platform="discord", tenant="10", place="20", thread="30", person="1")
OTHER = """
collection: {title: The harbour, scope: Ships and tides., as_of: 2026-01-15}
faq:
  - {id: ships, question: When does the ferry leave?, alternates: [ferry departure times], answer: At noon.}
"""


def service_of(folder: Path, settings: str = "") -> Service:
    """A service that knows a library and a harbour."""
    write_files(folder / "knowledge" / "library")
    harbour = folder / "knowledge" / "harbour"
    harbour.mkdir(exist_ok=True)
    (harbour / "harbour.yaml").write_text(OTHER, encoding="utf-8")
    return Service.open(Settings(knowledge=folder / "knowledge"), places=places(folder, settings))


# --- what is set where -----------------------------------------------------------------------


def test_the_narrowest_place_decides(tmp_path: Path) -> None:
    """A thread goes before its channel, that before its server, that before the platform; each setting by itself."""
    found = places(
        tmp_path,
        """
        [discord]
        language = "de"
        auto_answer = true
        moderators = [1, "2"]
        [discord.places.10]
        language = "fr"
        auto_answer_hourly = 9
        [discord.places.20]
        language = "es"
        auto_answer = false
        [discord.places.30]
        language = "hi"
        """,
    )
    in_thread, in_channel = found.of(ASKER), found.of(replace(ASKER, thread=""))
    assert (in_thread.language, in_thread.auto_answer, in_thread.auto_answer_hourly) == ("hi", "no", 9)
    assert (in_channel.language, in_channel.moderators) == ("es", {"1", "2"})
    assert found.of(replace(ASKER, place="21", thread="")).language == "fr"
    assert found.of(Asker(platform="discord")).language == "de"
    assert found.of(Asker(platform="slack", tenant="10")).language is None
    assert found.of(Asker(platform="terminal")) == Place()


def test_the_environment_sets_a_platform(tmp_path: Path) -> None:
    """A variable goes before the platform's table, and a place before both."""
    found = places(
        tmp_path,
        '[slack]\nmoderators = "U1"\nplaces.C1.moderators = ["U3"]',
        BACKCHANNEL_SLACK_MODERATORS="U2,S1",
        BACKCHANNEL_DISCORD_PERSON_LIMIT="3 in 1 min",
    )
    assert found.of(Asker(platform="slack", place="C2")).moderators == {"U2", "S1"}
    assert found.of(Asker(platform="slack", place="C1")).moderators == {"U3"}
    assert found.of(ASKER).person_limit == Rate(count=3, seconds=60.0)


def test_a_platform_says_what_its_places_may_set(tmp_path: Path) -> None:
    """An unasked answer can be private in Slack, not on Discord, and `yes` means what is usual there."""
    found = places(
        tmp_path, "discord.auto_answer = true\n[slack]\nauto_answer = true\nplaces.C1.auto_answer = 'public'"
    )
    assert found.of(ASKER).auto_answer == "public"
    assert found.of(Asker(platform="slack")).auto_answer == "private"
    assert found.of(Asker(platform="slack", place="C1")).auto_answer == "public"
    with pytest.raises(ConfigError, match="auto_answer is 'private', but `yes` or `no` is expected"):
        places(tmp_path, "discord.places.1.auto_answer = 'private'")


# --- mistakes --------------------------------------------------------------------------------

MISTAKES = """\
knowlege = "x"
retention_days = 0

[discord]
moderator_chanel = 3
places.1003.auto_answer = "maybe"
places.1004 = 7
[discord.places.general]

[slack.places.C012AB3CD]
collections = [
  "harbour",
  3,
]
person_limit = "5 per minute"
place_limit = "0 in 30 s"
[discrod]
x = 1
"""


def test_every_mistake_is_told_at_its_place(tmp_path: Path) -> None:
    """All of them in one go, each with line and column, what was found, what is expected, and the nearest name."""
    with pytest.raises(ConfigError) as caught:
        places(tmp_path, MISTAKES)
    told = [str(one).partition("backchannel.toml:")[2] for one in caught.value.problems]
    assert [one.partition(" error: ")[0] for one in told] == [
        "1:1:",
        "2:1:",
        "5:1:",
        "6:13:",
        "7:8:",
        "8:17:",
        "11:1:",
        "15:1:",
        "16:1:",
        "17:2:",
    ]
    for expected in (
        "no setting 'knowlege'; did you mean knowledge?",
        "retention_days is 0, but a number of days, at least 1 is expected.",
        "no setting 'moderator_chanel' in [discord]; did you mean moderator_channel?",
        "auto_answer is 'maybe', but `yes` or `no` is expected.",
        "discord.places.1004 is a table of settings; write [discord.places.1004]",
        "'general' is no place; the id of a server, a channel or a thread, digits only, is expected.",
        "collections is ['harbour', 3], but the folder of a collection",
        "person_limit is '5 per minute', but questions in a time such as `20 in 30 s`",
        "no table [discrod]; did you mean discord?",
    ):
        assert any(expected in one for one in told), expected


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[discord.places.1]\n[discord.places.1]\n", "2:18"),
        ("[discord.places.1]\n[discord.places.'1']\n", "2:20"),
        ("locale = \n", "1:10"),
        ("\n[discord\n", "2:9"),
        ('locale = "en', "1:13"),
    ],
)
def test_what_is_not_toml_is_told_at_its_place(tmp_path: Path, text: str, place: str) -> None:
    """The same place twice is one of these."""
    with pytest.raises(ConfigError, match=rf"backchannel.toml:{place}: error: this is not valid TOML: [A-Z].*\.$"):
        places(tmp_path, text)


def test_names_are_compared_with_the_knowledge(tmp_path: Path) -> None:
    """A collection that is not there is an error with the nearest; a language that nobody writes is a warning."""
    service = service_of(tmp_path)
    found = places(
        tmp_path,
        '[discord]\ncollections = "harbor"\n[slack.places.C1]\ncollections = ["library", "xyz"]\nlanguage = "fi"\n',
        BACKCHANNEL_SLACK_COLLECTIONS="libary",
    )
    problems = {(one.level, str(one).rpartition("/")[2]) for one in found.problems(service.snapshot.knowledge)}
    assert ("error", "backchannel.toml:2:1: error: there is no collection 'harbor'; did you mean harbour?") in problems
    assert (
        "error",
        "backchannel.toml:4:1: error: there is no collection 'xyz'; the collections are: harbour, library.",
    ) in problems
    assert any("BACKCHANNEL_SLACK_COLLECTIONS" in told and "did you mean library?" in told for _, told in problems)
    assert any(level == "warning" and "nothing is written in 'fi'" in told for level, told in problems)
    with pytest.raises(ConfigError, match="no collection 'harbor'"):
        service_of(tmp_path, 'discord.collections = "harbor"')


# --- what they do ----------------------------------------------------------------------------


def test_a_place_keeps_to_its_collections(tmp_path: Path) -> None:
    """Answers, type-ahead, topics, the scope and entries by id are those of the place's collections, and no others."""
    service = service_of(tmp_path, 'discord.places.20.collections = "harbour"\n')
    here, there = ASKER, replace(ASKER, place="21", thread="")
    library, ferry = "opening hours of the library", "ferry departure times"
    assert service.ask(ferry, here).entry is not None
    assert service.ask(library, here).entry is None
    assert service.ask(library, there).entry is not None
    assert [one.title for one in service.topics(here)] == ["The harbour"]
    assert len(service.topics(there)) == 2
    assert {one.entry_id for one in service.complete("", here)} == {"harbour:faq/ships"}
    assert "library" not in str(service.scope(here))
    assert "library" in str(service.scope(there))
    assert service.entry("library:faq/opening-hours", here).title == ""
    assert service.entry("library:faq/opening-hours", there).title
    assert "library" not in str(service.ask("zebra quantum guitar", here).card)


def test_a_places_language_goes_before_the_readers(tmp_path: Path) -> None:
    """Where a language is set, answers are in it; a question in another one is still answered in its own."""
    service = service_of(tmp_path, 'discord.places.20.language = "de"\n')
    english = replace(ASKER, locale="en-GB")
    assert service.ask("opening hours", english).card.title == "Wann hat die Bibliothek offen?"
    assert service.ask("opening hours", replace(english, place="21", thread="")).card.title.startswith("When is")
    assert service.wording(english).language == "de"


def test_a_place_has_limits_of_its_own(tmp_path: Path) -> None:
    """A person's questions count across a platform, a channel's by themselves; what is overheard counts apart."""
    service = service_of(
        tmp_path,
        '[discord]\nperson_limit = "2 in 1 h"\nplaces.20.place_limit = "3 in 1 h"\nplaces.21.person_limit = "none"',
    )
    ben = replace(ASKER, person="2")
    assert [str(service.admit(ASKER)) for _ in range(4)] == ["answer", "answer", "tell", "ignore"]
    assert service.admit(ASKER, overheard=True) is Admission.ANSWER
    assert [str(service.admit(ben)) for _ in range(2)] == ["answer", "tell"]
    assert {service.admit(replace(ASKER, place="21")) for _ in range(50)} == {Admission.ANSWER}
    assert {service.admit(Asker(platform="terminal")) for _ in range(50)} == {Admission.ANSWER}


def test_nothing_set_leaves_everything_known(tmp_path: Path) -> None:
    """Without places the whole snapshot is used as it is."""
    service = service_of(tmp_path)
    assert service.seen_from(ASKER) is service.snapshot
    assert Places().of(ASKER) == Place()


# --- live ------------------------------------------------------------------------------------


def watcher_of(service: Service, file: Path) -> SettingsWatcher:
    """A watcher that looks when it is told to."""
    return SettingsWatcher(service, file, platforms(), {})


def test_an_edit_goes_live(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What the file says of places is in force at the next look; what needs a restart is named."""
    service = service_of(tmp_path, 'retention_days = 30\ndiscord.language = "de"\n')
    file = tmp_path / "backchannel.toml"
    watcher = watcher_of(service, file)
    watcher.look()
    assert service.place(ASKER).language == "de"
    file.write_text('retention_days = 31\n[discord]\nlanguage = "fr"\nshards = "0/2"\n', encoding="utf-8")
    with caplog.at_level("INFO"):
        watcher.look()
    assert service.place(ASKER).language == "fr"
    assert "in force only after a restart: discord.shards, retention_days" in caplog.text


def test_a_bad_edit_changes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The old settings stay, the log and the status say where and why, and a repair clears it."""
    service = service_of(tmp_path, 'discord.language = "de"\n')
    file, since = tmp_path / "backchannel.toml", service.status().settings_at
    watcher = watcher_of(service, file)
    for text, told in (
        ('discord.langage = "fr"\n', "backchannel.toml:1:9: error: there is no setting 'langage' in [discord]"),
        ('discord.collections = "harbor"\n', "backchannel.toml:1:9: error: there is no collection 'harbor'"),
        ("[discord\n", "backchannel.toml:1:9: error: this is not valid TOML"),
    ):
        file.write_text(text, encoding="utf-8")
        watcher.look()
        assert service.place(ASKER).language == "de"
        assert told in str(service.status().settings_refused)
        assert told in caplog.text
        assert service.status().settings_at == since
    file.unlink()
    watcher.look()
    assert "cannot be read" in str(service.status().settings_refused)
    file.write_text('discord.language = "fr"\n', encoding="utf-8")
    watcher.look()
    assert (service.place(ASKER).language, service.status().settings_refused) == ("fr", None)


def test_a_file_that_is_replaced_or_linked_anew_is_followed(tmp_path: Path) -> None:
    """As editors, Git and config maps write files; one that was not there at the start counts too."""
    service = service_of(tmp_path)
    file, maps = tmp_path / "late.toml", tmp_path / "maps"
    maps.mkdir()
    watcher = watcher_of(service, file)
    for number, language in enumerate(("de", "fr")):
        (maps / str(number)).write_text(f'discord.language = "{language}"\n', encoding="utf-8")
        (tmp_path / "link").symlink_to(maps / str(number))
        (tmp_path / "link").replace(file)
        watcher.look()
        assert service.place(ASKER).language == language


def test_what_is_read_at_the_start_only(tmp_path: Path) -> None:
    """Places are live, and everything else is not."""
    found = places(tmp_path, 'locale = "de"\n[discord]\nshards = "0/2"\nlanguage = "de"\n[slack]\ncommand = "/faq"\n')
    assert at_start(platforms(), found.file) == {"locale": "de", "discord.shards": "0/2", "slack.command": "/faq"}


def test_many_places_are_read_at_once(tmp_path: Path) -> None:
    """Ten thousand places are no matter, and a mistake among them is still found at its line."""
    many = "".join(f"[discord.places.{100_000 + number}]\nlanguage = 'de'\n" for number in range(10_000))
    assert len(places(tmp_path, many).layers) == 10_002
    with pytest.raises(ConfigError, match=r"backchannel.toml:10002:1: error: there is no setting 'langage'"):
        places(tmp_path, many.replace("[discord.places.105000]\nlanguage", "[discord.places.105000]\nlangage"))


def test_a_reloaded_knowledge_is_compared_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A collection that goes away leaves its place with nothing, and the log says so; the other places go on."""
    service = service_of(tmp_path, 'discord.places.20.collections = "harbour"\n')
    (tmp_path / "knowledge" / "harbour" / "harbour.yaml").unlink()
    (tmp_path / "knowledge" / "harbour").rmdir()
    service.reload()
    assert "there is no collection 'harbour'" in caplog.text
    assert service.ask("ferry departure times", ASKER).outcome == "none"
    assert service.ask("opening hours", replace(ASKER, place="21", thread="")).entry is not None


def test_reading_places_needs_no_file() -> None:
    """Nothing set at all is a whole set of settings."""
    assert read_places(platforms(), {}, None).of(ASKER).auto_answer == "no"
