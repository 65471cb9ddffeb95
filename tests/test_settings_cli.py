"""The operators' commands: every setting with its source, the file's mistakes, and people's own data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bot.cli import main
from tests.samples import write_files

if TYPE_CHECKING:
    from pathlib import Path

FILE = """\
locale = "de"
database_url = "postgresql://me:hunter2@host/name"
[discord]
token = "swordfish"
moderators = [2001]
[discord.places.1001]
collections = "library"
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with knowledge and a settings file, and nothing set in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("DISCORD_TOKEN", "SLACK_BOT_TOKEN", "BACKCHANNEL_CONFIG", "BACKCHANNEL_KNOWLEDGE"):
        monkeypatch.delenv(name, raising=False)
    write_files(tmp_path / "knowledge" / "library")
    (tmp_path / "backchannel.toml").write_text(FILE, encoding="utf-8")
    return tmp_path


def run(*arguments: str, code: int = 0, **environ: str) -> str:
    """What a command prints."""
    done = CliRunner().invoke(main, arguments, env=environ)
    assert done.exit_code == code, done.output
    return done.output


@pytest.mark.usefixtures("here")
def test_settings_tell_where_each_value_comes_from() -> None:
    """The core's, both platforms' and the places', with variable or file and line, and no secret."""
    shown = run("settings", BACKCHANNEL_LOCALE="fr", SLACK_BOT_TOKEN="xoxb-secret")
    for told in (
        "Now: fr, from BACKCHANNEL_LOCALE",
        "discord.token  (DISCORD_TOKEN)",
        "Now: set, and not shown, from backchannel.toml:4",
        "Now: set, and not shown, from SLACK_BOT_TOKEN",
        "Now: 2001, from backchannel.toml:5",
        "slack.person_limit  (BACKCHANNEL_SLACK_PERSON_LIMIT)",
        "[discord.places.1001]\n  collections: library, from backchannel.toml:7",
    ):
        assert told in shown
    assert not any(secret in shown for secret in ("hunter2", "swordfish", "xoxb-secret"))


def test_a_wrong_file_is_told_by_settings_and_check(here: Path) -> None:
    """Both name line and remedy; check as annotations too, with what only the knowledge can tell."""
    (here / "backchannel.toml").write_text('[discord]\nmoderator = "1"\nlocal = 1\n', encoding="utf-8")
    told = run("settings", code=2)
    assert "backchannel.toml:2:1: error: there is no setting 'moderator' in [discord]; did you mean moderators?" in told
    assert "backchannel.toml:3:1: error" in told
    assert "::error file=backchannel.toml,line=2,col=1" in run("check", "--format", "github", code=1)
    (here / "backchannel.toml").write_text('slack.places.C1.collections = "libary"\n', encoding="utf-8")
    problems = json.loads(run("check", "--json", code=1).partition("\n]")[0] + "\n]")
    (found,) = [one for one in problems if one["code"] == "unknown-collection"]
    assert (found["line"], found["column"]) == (1, 17)
    assert found["message"] == "there is no collection 'libary'; did you mean library?"
    assert "unknown-collection" not in run("check", "--json", "knowledge")


def test_an_operator_shows_and_deletes_a_persons_data(here: Path) -> None:
    """By the platform's id; afterwards nothing is kept, and a new key changes nothing about that."""
    pytest.importorskip("sqlalchemy")
    from bot.model import Asker
    from bot.store import Store
    from tests.replies import reply

    database = f"sqlite:///{here / 'store.db'}"
    with Store.open(database) as store:
        store.record_question("k", reply("a peculiar question"), Asker(platform="slack", tenant="T1", person="U1"))
    set_to = {"BACKCHANNEL_DATABASE_URL": database}
    assert "new key" in run("privacy", "renew-key", **set_to)
    assert json.loads(run("privacy", "export", "slack", "U1", **set_to))["questions"][0]["outcome"] == "none"
    assert "Nothing is kept" in run("privacy", "export", "slack", "U2", **set_to)
    assert run("privacy", "delete", "slack", "U1", **set_to) == "Deleted.\n"
    assert "Nothing is kept" in run("privacy", "export", "slack", "U1", **set_to)
    assert run("privacy", "delete", "slack", "U1", **set_to) == "Nothing is kept about this person.\n"
    assert "'discrod' is not one of" in run("privacy", "delete", "discrod", "U1", code=2, **set_to)
    assert "Nothing could be deleted" in run(
        "privacy", "delete", "slack", "U1", code=1, BACKCHANNEL_DATABASE_URL="none"
    )
    given = set_to | {"BACKCHANNEL_PRIVACY_KEY": "x" * 32}
    assert "put the new key before the old one" in run("privacy", "renew-key", code=2, **given)
