"""Settings: the environment before the file, wrong values refused by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters import discord_settings
from adapters.settings import platforms
from adapters.slack_settings import load_slack_settings
from bot.config import Settings, load_settings, settings_file
from bot.errors import ConfigError
from bot.places import read_places
from bot.setting import reference


def settings_in(folder: Path, text: str) -> Path:
    """Write a settings file."""
    file = folder / "backchannel.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_nothing_set_gives_the_defaults() -> None:
    """No file and an empty environment are enough to start."""
    assert load_settings({}) == Settings()
    assert Settings().log_format == "text"


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    """A variable overrides the file's value, and leaves its others."""
    file = settings_in(tmp_path, 'log_format = "json"\nlocale = "fr"\n')
    found = load_settings({"BACKCHANNEL_LOCALE": "de"}, file)
    assert (found.log_format, found.locale) == ("json", "de")


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    """Container set-ups pass empty variables for what is not given."""
    assert load_settings({"BACKCHANNEL_LOCALE": ""}, settings_in(tmp_path, 'locale = "fr"\n')).locale == "fr"


def test_blanks_around_a_value_count_for_nothing(tmp_path: Path) -> None:
    """A variable filled from a file ends with a line's end, and what is pasted often begins with a blank."""
    file = settings_in(
        tmp_path, 'log_format = " json "\n[slack]\nmoderator_channel = " C012AB3CD"\ncommand = "/ask "\n'
    )
    read = load_settings({"BACKCHANNEL_LOCALE": " de\n", "BACKCHANNEL_GIT": "  "}, file)
    assert (read.log_format, read.locale, read.git) == ("json", "de", "off")
    environ = {"SLACK_BOT_TOKEN": "xoxb-1\n", "DISCORD_TOKEN": "x\n", "BACKCHANNEL_DISCORD_MODERATOR_CHANNEL": " 77 "}
    set_for_slack, set_for_discord = load_slack_settings(environ, file), discord_settings.read(environ, file)
    assert (set_for_slack.bot_token, set_for_slack.command, set_for_discord.token) == ("xoxb-1", "/ask", "x")
    places = read_places(platforms(), environ, file)
    assert places.moderator_channels("slack") == {"C012AB3CD": ""}
    assert places.moderator_channels("discord") == {"77": ""}


def test_a_path_in_the_file_starts_at_the_file(tmp_path: Path) -> None:
    """The file means the same from wherever the command is run; a variable means the current folder."""
    file = settings_in(tmp_path, 'knowledge = "mine"\n')
    assert load_settings({}, file).knowledge == tmp_path / "mine"
    assert load_settings({"BACKCHANNEL_KNOWLEDGE": "mine"}).knowledge == Path("mine")
    assert load_settings({"BACKCHANNEL_KNOWLEDGE": "~/mine"}).knowledge == Path.home() / "mine"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('log_format = "xml"\n', r"backchannel.toml:1:1: error: log_format is 'xml', but `text` or `json` is expected"),
        ("locale = 3\n", "locale is 3, but a language tag .* in quotes is expected"),
        ('locale = "english please"\n', "locale is 'english please'"),
        ('knowlege = "x"\n', "no setting 'knowlege'; did you mean knowledge"),
        ('xyzzy = "x"\n', "no setting 'xyzzy'; the settings are: knowledge,"),
        ("locale = \n", "not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_the_remedy(tmp_path: Path, text: str, message: str) -> None:
    """One sentence names the setting, what it is and what it should be."""
    with pytest.raises(ConfigError, match=message):
        load_settings({}, settings_in(tmp_path, text))


def test_a_wrong_variable_is_named() -> None:
    """The error speaks of the variable, not of the file's key."""
    with pytest.raises(ConfigError, match="BACKCHANNEL_LOG_FORMAT is 'xml'"):
        load_settings({"BACKCHANNEL_LOG_FORMAT": "xml"})


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    """A file that is named but missing, or is not text, is an error and not a default."""
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings({}, tmp_path / "missing.toml")
    file = tmp_path / "latin.toml"
    file.write_bytes(b'locale = "\xff"')
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_settings({}, file)


def test_a_file_from_windows_is_read(tmp_path: Path) -> None:
    """A byte order mark and line ends of two characters, as Notepad writes them, are no mistake."""
    file = tmp_path / "backchannel.toml"
    file.write_bytes(b'\xef\xbb\xbflocale = "fr"\r\nlog_format = "json"\r\n')
    assert load_settings({}, file).locale == "fr"


def test_the_file_in_the_current_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without BACKCHANNEL_CONFIG, ./backchannel.toml is used if it is there."""
    monkeypatch.chdir(tmp_path)
    assert settings_file({}) is None
    settings_in(tmp_path, "")
    assert settings_file({}) == Path("backchannel.toml")
    assert settings_file({"BACKCHANNEL_CONFIG": "other.toml"}) == Path("other.toml")


def test_every_setting_is_documented() -> None:
    """Each has its names, what it takes, a default and a meaning in a whole sentence."""
    documented = reference(Settings)
    assert [one.key for one in documented] == list(Settings.__dataclass_fields__)
    for one in documented:
        assert one.variable == f"BACKCHANNEL_{one.key.upper()}"
        assert one.expects
        assert one.default
        assert re.match(r"[A-Z].*\.$", one.meaning)
