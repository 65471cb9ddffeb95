"""A conversation in the terminal, through a pipe and on a real pseudo-terminal."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

from tests.samples import write_files

if TYPE_CHECKING:
    from collections.abc import Iterator

pty = pytest.importorskip("pty", reason="pseudo-terminals are a Unix thing")

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0  # seconds until a reply counts as missing
_SEQUENCE = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[@-Z\\-_=>])")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make a folder to talk in, with the small collection."""
    write_files(tmp_path / "knowledge" / "library")
    return tmp_path


def environ(home: Path, **more: str) -> dict[str, str]:
    """Give an environment in which nothing but the folder matters."""
    return {
        "PYTHONPATH": str(ROOT),
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TERM": "xterm",
        "PROMPT_TOOLKIT_NO_CPR": "1",
        **more,
    }


def piped(home: Path, text: str, **more: str) -> str:
    """Say some lines through a pipe and give the whole conversation."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "chat"],
        cwd=home,
        env=environ(home, **more),
        input=text.encode(errors="surrogateescape"),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


class Terminal:
    """A person at a terminal: types, and reads until something is shown."""

    def __init__(self, home: Path, **more: str) -> None:
        self._screen, far = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "chat"],
            cwd=home,
            env=environ(home, **more),
            stdin=far,
            stdout=far,
            stderr=far,
            start_new_session=True,
        )
        os.close(far)
        self._unread = ""
        self.raw = ""

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._screen, keys.encode())

    def until(self, text: str) -> str:
        """Read what is shown up to a text; fail if it does not come."""
        while text not in self._unread:
            ready, _, _ = select.select([self._screen], [], [], PATIENCE)
            assert ready, f"{text!r} was not shown; there was {self._unread[-500:]!r}"
            try:
                chunk = os.read(self._screen, 65_536).decode(errors="replace")
            except OSError:  # Linux reports the end of a pseudo-terminal as an error
                chunk = ""
            assert chunk, f"it ended before {text!r}; there was {self._unread[-500:]!r}"
            self.raw += chunk
            self._unread += _SEQUENCE.sub("", chunk)
        shown, _, self._unread = self._unread.partition(text)
        return shown

    def until_asked(self) -> None:
        """Read until the prompt waits for the next line."""
        self.until("\n>")

    def code(self) -> int:
        """Wait for the end, and give the exit code."""
        return self._process.wait(timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._screen)


@pytest.fixture
def terminal(home: Path) -> Iterator[Terminal]:
    """Sit down at a terminal and start to chat."""
    with Terminal(home) as one:
        yield one


def test_it_greets_with_what_it_covers(home: Path) -> None:
    """The scope, the pinned questions and what can be typed; the end of the input is a goodbye."""
    out = piped(home, "")
    assert out.index("Hello.") < out.index("I can answer questions about the harbour library.")
    assert out.index("Often asked") < out.index("  1  When is the library open?") < out.index("/help")
    assert out.rstrip().endswith("Goodbye.")


def test_numbers_pick_what_is_offered(home: Path) -> None:
    """First the greeting's questions, then the last answer's."""
    out = piped(home, "1\n1\n")
    picked = out.split("> 1\n")
    assert "It is open from nine to five" in picked[1]
    assert "1  How many books may I borrow?" in picked[1]
    assert "Ten books at a time" in picked[2]


def test_the_whole_section_can_be_read(home: Path) -> None:
    """A passage offers the whole behind it, by number."""
    out = piped(home, "who founded the library\n1\n")
    assert "1  Read the whole section" in out
    assert "Paragraph 7" not in out.split("> 1\n")[0]
    assert "Paragraph 7" in out.split("> 1\n")[1]


def test_a_number_that_is_not_there(home: Path) -> None:
    """It is said, and the lines stay."""
    out = piped(home, "7\n1\n")
    assert "There is no line 7 to pick." in out
    assert "nine to five" in out


def test_topics_lists_everything_by_number(home: Path) -> None:
    """Questions and sections count on, and can be picked."""
    out = piped(home, "/topics\n4\n")
    assert "The harbour library\n  1  When is the library open?" in out
    assert "  4  How the library came about" in out
    assert "Paragraph 7" in out


def test_why_explains_the_last_reply(home: Path) -> None:
    """Before any question there is nothing to explain."""
    out = piped(home, "/why\nborrowing limit\n/why\n")
    first, second = out.split("> /why\n")[1:]
    assert "There is nothing to explain yet" in first
    assert "Best match" in second
    assert "faq/borrow" in second


def test_help_and_unknown_commands(home: Path) -> None:
    """Help names every command; a wrong one is named and pointed to help."""
    out = piped(home, "/help\n/frob\n")
    for command in ("/topics", "/why", "/help", "/quit"):
        assert command in out
    assert "I don't know the command /frob. Try /help." in out


@pytest.mark.parametrize("word", ["/quit", "/exit", "quit", " EXIT "])
def test_ways_to_leave(home: Path, word: str) -> None:
    """What comes after is not read."""
    assert "Ten books" not in piped(home, f"{word}\nborrowing limit\n")


def test_hostile_lines_show_as_typed(home: Path) -> None:
    """Escape sequences and markup in a question come back as signs and letters."""
    out = piped(home, "\x1b[31mred\x07 [bold]x[/bold]\n\udcff\n")
    assert "> ␛[31mred␇ [bold]x[/bold]" in out
    assert "> \ufffd" in out
    assert "\x1b" not in out


def test_it_speaks_the_settings_language(home: Path) -> None:
    """The words around, and translated titles and answers."""
    out = piped(home, "1\n", BACKCHANNEL_LOCALE="de")
    assert "Hallo." in out
    assert "1  Wann hat die Bibliothek offen?" in out
    assert "Von neun bis fünf." in out


def test_a_conversation_at_a_terminal(terminal: Terminal) -> None:
    """Ask, pick by number and leave; colours are there, and the exit code is 0."""
    terminal.until_asked()
    terminal.type("when is the library open?\r")
    terminal.until("nine to five")
    terminal.until("1  How many books may I borrow?")
    terminal.until_asked()
    terminal.type("1\r")
    terminal.until("Ten books at a time")
    assert "\x1b[1" in terminal.raw
    terminal.type("/quit\r")
    terminal.until("Goodbye.")
    assert terminal.code() == 0


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_ctrl_c_and_ctrl_d_leave_cleanly(terminal: Terminal, key: str) -> None:
    """A goodbye, no traceback, exit code 0."""
    terminal.until_asked()
    terminal.type(key)
    terminal.until("Goodbye.")
    assert terminal.code() == 0
    assert "Traceback" not in terminal.raw


def test_tab_completes_a_question(terminal: Terminal) -> None:
    """What is typed becomes the stored question."""
    terminal.until_asked()
    terminal.type("how many bo\t")
    terminal.until("ow many books may I borrow?")
    terminal.type("\r")
    terminal.until("Ten books at a time")


def test_history_outlives_the_session(home: Path) -> None:
    """The arrow key brings back what was asked last time; the file is its owner's alone."""
    state = home / "state"
    for keys in ("borrowing limit\r", "\x1b[A\r"):
        with Terminal(home, XDG_STATE_HOME=str(state)) as one:
            one.until_asked()
            one.type(keys)
            one.until("Ten books at a time")
            one.until_asked()
            one.type("\x04")
            one.until("Goodbye.")
            assert one.code() == 0
    file = next(state.rglob("history"))
    assert file.stat().st_mode & 0o077 == 0


def test_without_colours(home: Path) -> None:
    """NO_COLOR is honoured at a terminal."""
    with Terminal(home, NO_COLOR="1") as one:
        one.until_asked()
        one.type("when is the library open?\r")
        one.until("nine to five")
        assert not re.search(r"\x1b\[[\d;]*3[0-7]m", one.raw)
