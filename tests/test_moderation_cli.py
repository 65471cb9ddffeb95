"""The moderators' commands in the terminal, run as a person runs them."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

pytest.importorskip("sqlalchemy")

from bot.cli import main
from bot.model import Asker
from bot.store import Store, new_key
from tests.replies import reply
from tests.samples import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

WAIT = 60


class Desk:
    """A collection, a database, and the command line on both."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = write_files(folder / "library")
        self.url = f"sqlite:///{folder / 's.db'}"
        monkeypatch.chdir(folder)
        monkeypatch.setenv("BACKCHANNEL_DATABASE_URL", self.url)
        monkeypatch.setenv("BACKCHANNEL_KNOWLEDGE", str(self.root))

    def ask(self, question: str, people: int, *, entry_id: str | None = None, wanted: bool = False) -> None:
        """Ask as so many people, in vain or answered by an entry."""
        got = reply(question, "answer", entry_id=entry_id) if entry_id else reply(question)
        with Store.open(self.url) as store:
            for person in range(people):
                asker = Asker(platform="terminal", tenant="t", place="p", person=f"person {person}")
                key = new_key()
                store.record_question(key, got, asker)
                if wanted:
                    store.ask_moderators(key, question, asker)

    def run(self, *arguments: str, typed: str = "") -> Result:
        """Run the command line."""
        return CliRunner().invoke(main, arguments, input=typed)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A moderator's desk."""
    return Desk(tmp_path, monkeypatch)


def test_a_review_adds_a_phrasing_and_empties_the_queue(desk: Desk) -> None:
    """Shown with the closest entries, added to one of them by its id, confirmed; it does not wait any more."""
    desk.ask("what is the frobnication quota", 3)
    done = desk.run("review", typed="faq/borrow\ny\nthey ask at the desk\n")
    assert done.exit_code == 0, done.output
    assert "[1 of 1] 3 people" in done.output
    assert "3 x what is the frobnication quota" in done.output
    assert re.search(r"1\) \d+% [A-Z].* \(\w+/[\w-]+\)", done.output)
    assert (
        "+    alternates: [borrowing limit, how many books can i take home, what is the frobnication quota]"
        in done.output
    )
    assert "what is the frobnication quota: " in done.output
    assert "answer faq/borrow" in done.output
    assert "what is the frobnication quota" in (desk.root / "faq.yaml").read_text()
    assert "Nothing waits" in desk.run("review").output
    assert "add phrasing faq/borrow: they ask at the desk" in desk.run("history").output


def test_an_entry_is_found_by_its_words(desk: Desk) -> None:
    """Neither a number nor an id is looked up, and what is found can be picked by its number."""
    desk.ask("what is the frobnication quota", 3)
    done = desk.run("review", typed="zzzz qqqq\nhow many books\n1\ny\n\n")
    assert done.exit_code == 0, done.output
    assert "Nothing was found." in done.output
    assert "    1) How many books may I borrow? (faq/borrow)" in done.output
    assert "what is the frobnication quota" in (desk.root / "faq.yaml").read_text()


def test_a_group_is_split_in_the_terminal(desk: Desk) -> None:
    """The chosen questions and the rest come again, each by itself."""
    for question in ("what is the frobnication quota", "what is the frobnication quota today"):
        desk.ask(question, 3)
    done = desk.run("review", typed="p\n1 2\np\n2\nd\nq\n")
    assert "leave some" in done.output
    assert "[3 of 3]" in done.output
    (left,) = [line for line in desk.run("review", typed="q\n").output.splitlines() if " x what is" in line]
    assert left in done.output


def test_an_entry_is_retired_in_the_terminal(desk: Desk) -> None:
    """Whoever asks for it is sent on; an entry that is not there is one sentence."""
    done = desk.run("retire", "faq/borrow", "--see", "faq/noise", "--yes", "--reason", "no more lending")
    assert done.exit_code == 0, done.output
    assert "# retired: faq/borrow, see faq/noise" in (desk.root / "faq.yaml").read_text()
    again = desk.run("retire", "faq/borrow", "--yes")
    assert again.exit_code == 2
    assert "faq/borrow was retired, see faq/noise." in again.output


def test_a_review_can_be_declined_dismissed_and_left(desk: Desk) -> None:
    """Saying no changes nothing; dismissing settles; q ends."""
    before = (desk.root / "faq.yaml").read_bytes()
    desk.ask("what is the frobnication quota", 3)
    desk.ask("can I bring my dog", 3)
    done = desk.run("review", typed="non/sense\nfaq/borrow\nn\nd\nq\n")
    assert done.exit_code == 0, done.output
    assert "non/sense is not an id" in done.output
    assert (desk.root / "faq.yaml").read_bytes() == before
    assert "[1 of 1]" in desk.run("review", typed="q\n").output


def test_a_review_declines_a_topic_by_name(desk: Desk) -> None:
    """A new topic out of scope, with its reply."""
    desk.ask("can I bring my dog", 3)
    done = desk.run("review", typed="o\npets\nNo pets, sorry.\ny\n\n")
    assert done.exit_code == 0, done.output
    assert "  - id: pets" in (desk.root / "others.yaml").read_text()
    assert "Nothing waits" in desk.run("review").output


def test_one_persons_question_is_shown_only_on_demand(desk: Desk) -> None:
    """Fewer than three askers stay private, unless they pressed the button or the operator says so."""
    desk.ask("can I bring my dog", 1)
    assert "Nothing waits" in desk.run("review").output
    assert "can I bring my dog" in desk.run("review", "--all", typed="q\n").output
    desk.ask("where is the lift", 1, wanted=True)
    assert "somebody waits for an answer" in desk.run("review", typed="q\n").output


def test_history_and_undo(desk: Desk) -> None:
    """A change is listed with its key, taken back by it, and that is listed too."""
    desk.ask("what is the frobnication quota", 3)
    before = (desk.root / "faq.yaml").read_bytes()
    assert desk.run("review", typed="faq/borrow\ny\n\n").exit_code == 0
    (made,) = json.loads(desk.run("history", "--json").output)
    assert (made["action"], made["entry_id"], made["state"]) == ("add phrasing", "faq/borrow", "done")
    done = desk.run("undo", made["key"], "--yes")
    assert done.exit_code == 0, done.output
    assert (desk.root / "faq.yaml").read_bytes() == before
    assert f"undo faq/borrow (takes back {made['key']})" in desk.run("history", "faq/borrow").output
    assert desk.run("undo", "nonsense", "--yes").exit_code == 2
    assert "No changes" in desk.run("history", "faq/noise").output


def test_statistics_for_people_programs_and_a_page(desk: Desk, tmp_path: Path) -> None:
    """The same figures as text, as JSON and as a page."""
    desk.ask("opening hours", 2, entry_id="faq/opening-hours")
    desk.ask("can I bring my dog", 1)
    assert "Questions of the last 30 days: 3, answered: 2." in desk.run("stats").output
    figures = json.loads(desk.run("stats", "--json", "--days", "7").output)
    assert len(figures["days"]) == 7
    assert figures["entries"][0]["entry_id"] == "faq/opening-hours"
    assert desk.run("stats", "--html", str(tmp_path / "stats.html")).exit_code == 0
    assert "When is the library open?" in (tmp_path / "stats.html").read_text()


def test_check_against_a_folder_shows_what_changes(desk: Desk, tmp_path: Path) -> None:
    """Real questions and labelled cases that get another answer; losing a right one is exit code 1."""
    old = write_files(tmp_path / "old" / "library")
    desk.ask("how many books", 1)
    text = (desk.root / "faq.yaml").read_text()
    start, end = text.index("  - id: borrow"), text.index("  - id: noise")
    (desk.root / "faq.yaml").write_text((text[:start] + text[end:]).replace("faq/borrow, ", ""))
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"query": "how many books may I borrow?", "relevant": ["faq/borrow"], "kind": "own"}\n')
    done = desk.run("check", str(desk.root), "--against", str(old), "--cases", str(cases))
    assert done.exit_code == 1
    assert "Gone: faq/borrow" in done.output
    assert "- how many books may I borrow?: answer faq/borrow -> " in done.output
    github = desk.run("check", str(desk.root), "--against", str(old), "--cases", str(cases), "--format", "github")
    assert "::warning file=" in github.output
    as_json = json.loads(desk.run("check", str(desk.root), "--against", str(old), "--json").stdout)
    assert as_json["entries"]["removed"] == ["faq/borrow"]


def test_check_against_a_revision(desk: Desk) -> None:
    """The files of a Git revision are compared with those at hand; an unknown revision is one sentence."""

    def git(*arguments: str) -> None:
        subprocess.run(["git", "-C", str(desk.root), *arguments], check=True, capture_output=True)  # noqa: S607

    git("init", "--quiet")
    git("add", "--all")
    git("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "--message=one")
    same = desk.run("check", str(desk.root), "--against", "HEAD")
    assert same.exit_code == 0, same.output
    assert "0 labelled cases" in same.output
    text = (desk.root / "faq.yaml").read_text()
    (desk.root / "faq.yaml").write_text(text.replace("borrowing limit", "borrowing limit, lending ceiling"))
    assert "Changed: faq/borrow" in desk.run("check", str(desk.root), "--against", "HEAD").output
    wrong = desk.run("check", str(desk.root), "--against", "--output=/tmp/x")
    assert wrong.exit_code == 2
    assert "Git knows no revision" in wrong.output


def test_looking_for_questions_begins_no_database(desk: Desk, tmp_path: Path) -> None:
    """`check --against` reads what is kept and makes nothing."""
    old = write_files(tmp_path / "old" / "library")
    assert desk.run("check", str(desk.root), "--against", str(old)).exit_code == 0
    assert not (tmp_path / "s.db").exists()


def test_every_command_shows_an_example() -> None:
    """Help ends with something to try."""
    for command in ("review", "stats", "history", "undo", "check"):
        assert f"backchannel {command}" in CliRunner().invoke(main, [command, "--help"]).output
