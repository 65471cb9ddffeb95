"""The moderators' command in Slack: for those who may, checked each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("slack_bolt")

from bot.wording import wording
from tests.fakes.slack_limits import texts
from tests.fakes.slack_talk import talk
from tests.samples import FILES, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store import Store
    from tests.fakes.slack_records import Post
    from tests.fakes.slack_server import SlackServer

ROOM = wording("en").room


def words(post: Post) -> str:
    """Read everything that a message says."""
    return "\n".join(texts(post.blocks))


@pytest.mark.parametrize(
    ("profile", "settings", "group", "may"),
    [
        ({}, "", [], False),
        ({"is_admin": True}, "", [], True),
        ({"is_owner": True}, "", [], True),
        ({}, 'places.CELSE.moderators = "U1"', [], False),
        ({}, 'places.C1.moderators = "U1"', [], True),
        ({}, 'moderators = ["U9", "U1"]', [], True),
        ({}, 'moderators = "S0GONE, S0MODS"', ["U1"], True),
        ({}, 'moderators = "S0GONE, S0MODS"', ["U2"], False),
        ({}, 'moderators = "S0GONE"', ["U1"], False),
        ({"is_admin": True, "team_id": "T0OTHER"}, "", [], False),
        ({"is_admin": True, "is_bot": True}, "", [], False),
        (
            {"is_admin": True, "team_id": "T0HOME", "enterprise_user": {"teams": ["T0HOME", "T0LOOPBACK"]}},
            "",
            [],
            True,
        ),
    ],
)
def test_who_moderates(tmp_path: Path, profile: dict[str, object], settings: str, group: list[str], may: bool) -> None:
    """Admins, owners, a group's members and listed ids of this workspace may; nobody else."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.users["U1"] = profile
        slack.groups["S0MODS"] = group
        await slack.command("/backchannel", "status")
        post = await slack.post_after(0)
        assert post.to == "U1"
        assert (ROOM.moderators_only not in words(post)) is may
        assert ("The harbour library: 4 entries" in words(post)) is may

    talk(tmp_path, scenario, settings=f"[slack]\n{settings}")


def test_rights_that_cannot_be_checked_are_none(tmp_path: Path) -> None:
    """When Slack does not say who somebody is, they do not moderate."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.users["U1"] = {"is_admin": True}
        for _ in range(2):
            slack.fail("users.info", "user_not_found")
        await slack.command("/backchannel", "status")
        assert ROOM.moderators_only in words(await slack.post_after(0))

    talk(tmp_path, scenario)


def test_why_explains(tmp_path: Path) -> None:
    """`why` gives the explanation that the command line gives."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.users["U1"] = {"is_admin": True}
        await slack.command("/backchannel", "why opening hours")
        post = await slack.post_after(0)
        assert "faq/opening-hours" in words(post)
        await slack.command("/backchannel", "")
        assert "/backchannel reload" in words(await slack.post_after(1))

    talk(tmp_path, scenario)


def test_help_names_commands_as_they_are_typed(tmp_path: Path) -> None:
    """Slack translates no commands: whoever reads Spanish is told the names that the bot understands."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.users["U1"] = {"is_admin": True, "locale": "es-ES"}
        await slack.command("/backchannel", "help")
        listed = words(await slack.post_after(0))
        assert wording("es").commands["status_about"] in listed
        assert "/backchannel status:" in listed

    talk(tmp_path, scenario)


def test_check_asks_the_knowledge_its_own_questions(tmp_path: Path) -> None:
    """Two entries that ask nearly the same are told of in chat as on the command line."""
    faq = FILES["faq.yaml"].replace("borrowing limit", "what times do you close")
    folder = write_files(tmp_path / "alike", {**FILES, "faq.yaml": faq})

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.users["U1"] = {"is_admin": True}
        await slack.command("/backchannel", "check")
        assert "what times do you close" in words(await slack.post_after(0))

    talk(tmp_path, scenario, knowledge=folder)


def test_reload_takes_changes_and_refuses_errors(tmp_path: Path) -> None:
    """A good change answers at once; a bad one changes nothing and names file and line, in `check` too."""
    file = tmp_path / "library" / "faq.yaml"

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.users["U1"] = {"is_admin": True}
        await slack.command("/backchannel", "check")
        assert "Problems" in words(await slack.post_after(0)) or ROOM.check_clean in words(slack.posts[0])
        good = file.read_text(encoding="utf-8").replace("nine to five", "ten to six")
        file.write_text(good, encoding="utf-8")
        await slack.command("/backchannel", "reload")
        assert words(await slack.post_after(1)).startswith("Reloaded.")
        await slack.command("/ask", "opening hours")
        assert "ten to six" in words(await slack.post_after(2))
        file.write_text(good.replace("keeps", "keeps").replace("alternates:", "alternatives:", 1), encoding="utf-8")
        await slack.command("/backchannel", "reload")
        refused = words(await slack.post_after(3))
        assert "faq.yaml:4" in refused
        assert "alternates" in refused
        await slack.command("/backchannel", "check")
        assert "faq.yaml:4" in words(await slack.post_after(4))
        await slack.command("/ask", "opening hours")
        assert "ten to six" in words(await slack.post_after(5))
        await slack.command("/backchannel", "status")
        status = words(await slack.post_after(6))
        assert "keeps answering" in status
        assert "faq.yaml:4" in status
        assert not [post for post in slack.posts if str(tmp_path) in words(post)], "the machine's own paths"

    talk(tmp_path, scenario)
