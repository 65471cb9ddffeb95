"""A conversation in the terminal: lines in, cards out."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.style import Style

from adapters.terminal_render import card, document, line, numbered, outline, visible
from bot.model import Action, Asker
from bot.why import explain
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document
    from prompt_toolkit.history import History
    from rich.console import RenderableType

    from bot.model import Card, Reply, Suggestion
    from bot.service import Service

COMMANDS = ("/topics", "/why", "/help", "/quit")
_LEAVE = frozenset({"/quit", "/exit", "quit", "exit"})
_OFTEN_ASKED = 5  # pinned questions in the greeting: enough to begin with, and a screen holds them
_WIDTH = 100  # columns: longer lines are hard to read
_DIGITS = 4  # of a number that picks a line; a longer one is a question
_COMPLETIONS = 5  # offered at once by the Tab key
_ASKER = Asker(platform="terminal", person="terminal")
_STRONG = Style(bold=True)


@dataclass(frozen=True, slots=True)
class _Choice:
    """A numbered line: what it says and what picking it does."""

    label: str
    pick: Callable[[], None]


class Chat:
    """One person's conversation with the service; holds what a number or /why refers to."""

    def __init__(self, service: Service, console: Console) -> None:
        self._service = service
        self._console = console
        self._words = service.wording(_ASKER)
        self._choices: tuple[_Choice, ...] = ()
        self._last: Reply | None = None

    def run(self, next_line: Callable[[], str | None]) -> None:
        """Greet, then answer line after line until the end or /quit; Ctrl-C and Ctrl-D leave as well."""
        try:
            self._greet()
            while (typed := next_line()) is not None and typed.strip().lower() not in _LEAVE:
                self.say(typed)
        except (KeyboardInterrupt, EOFError):
            pass
        self._print(line(self._words.chat.farewell))

    def say(self, typed: str) -> None:
        """Handle one line: a command, a number or a question; a blank one is passed over."""
        text = typed.strip()
        if text.startswith("/"):
            self._command(text)
        elif self._choices and text.isdecimal() and len(text) <= _DIGITS:
            self._pick(int(text))
        elif text:
            self._reply(self._service.ask(text, _ASKER))

    def _greet(self) -> None:
        self._print(line(self._words.chat.greeting, _STRONG), document(self._service.scope(_ASKER)))
        pinned = self._service.complete("", _ASKER, limit=_OFTEN_ASKED)
        if pinned:
            self._choices = self._entries(pinned)
            self._print(line(self._words.often_asked, _STRONG), *numbered(one.label for one in pinned))
        self._print(line(self._words.chat.hint))

    def _command(self, text: str) -> None:
        name = text.split(maxsplit=1)[0].lower()
        if name == "/topics":
            self._topics()
        elif name == "/why":
            self._print(outline(explain(self._last.decision)) if self._last else line(self._words.chat.nothing_yet))
        elif name == "/help":
            self._help()
        else:
            self._print(line(self._words.chat.no_such_command.format(command=name)))

    def _help(self) -> None:
        chat = self._words.chat
        meanings = {
            "/topics": chat.help_topics,
            "/why": chat.help_why,
            "/help": chat.help_help,
            "/quit": chat.help_quit,
            "1, 2…": chat.help_number,
        }
        self._print(*(line(f"{name:<8} {meaning}") for name, meaning in meanings.items()))

    def _topics(self) -> None:
        choices: tuple[_Choice, ...] = ()
        parts: list[RenderableType] = []
        for topics in self._service.topics(_ASKER):
            parts += ["", line(topics.title, _STRONG)]
            for group in (topics.questions, topics.sections):
                parts += numbered((one.label for one in group), start=len(choices) + 1)
                choices += self._entries(group)
        self._choices = choices
        self._print(*parts[1:])

    def _pick(self, number: int) -> None:
        if 1 <= number <= len(self._choices):
            self._choices[number - 1].pick()
        else:
            self._print(line(self._words.chat.no_such_number.format(number=number)))

    def _reply(self, reply: Reply) -> None:
        self._last = reply
        choices = self._entries(reply.card.suggestions)
        labels = wording(reply.card.language).actions
        if Action.WHOLE in reply.card.actions and reply.entry is not None:
            choices += (_Choice(labels[Action.WHOLE], partial(self._entry, reply.entry.id)),)
        if Action.NONE_OF_THESE in reply.card.actions:
            choices += (_Choice(labels[Action.NONE_OF_THESE], partial(self._refuse, reply)),)
        self._card(reply.card, choices)

    def _refuse(self, reply: Reply) -> None:
        shown = {one.entry_id for one in reply.card.suggestions}
        self._reply(self._service.refuse(reply, shown, _ASKER))

    def _entry(self, entry_id: str) -> None:
        shown = self._service.entry(entry_id, _ASKER)
        self._card(shown, self._entries(shown.suggestions))

    def _card(self, shown: Card, choices: tuple[_Choice, ...]) -> None:
        self._choices = choices
        self._print(card(shown, [choice.label for choice in choices]))

    def _entries(self, suggestions: tuple[Suggestion, ...]) -> tuple[_Choice, ...]:
        return tuple(_Choice(one.label, partial(self._entry, one.entry_id)) for one in suggestions)

    def _print(self, *parts: RenderableType) -> None:
        """Print some lines and a blank one after them."""
        self._console.print(Group(*parts, ""))


def open_console() -> Console:
    """Standard output as a console: colours only on a terminal and without NO_COLOR, and nothing read as markup."""
    console = Console(highlight=False, markup=False, emoji=False)
    console.width = min(console.width, _WIDTH)
    return console


def chat(service: Service) -> None:
    """Talk until the person leaves: with a prompt on a terminal, line by line through a pipe."""
    console = open_console()
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    Chat(service, console).run(_prompt(service) if interactive else _piped(console))


def _piped(console: Console) -> Callable[[], str | None]:
    """Lines of standard input, each repeated in the output so that the conversation can be followed."""
    lines: Iterator[bytes] = iter(sys.stdin.buffer)

    def next_line() -> str | None:
        raw = next(lines, None)
        if raw is None:
            return None
        text = raw.decode("utf-8", errors="replace").rstrip("\r\n")
        console.print(line(f"> {text}", _STRONG))
        return text

    return next_line


def _prompt(service: Service) -> Callable[[], str | None]:
    """A prompt with history over sessions, and the Tab key to complete questions and commands."""
    # Loaded here: a tenth of a second that a pipe need not wait for.
    from prompt_toolkit import PromptSession  # noqa: PLC0415
    from prompt_toolkit.auto_suggest import AutoSuggestFromHistory  # noqa: PLC0415
    from prompt_toolkit.completion import Completer, Completion  # noqa: PLC0415

    class _Completer(Completer):
        def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:  # noqa: ARG002 (the library's signature)
            typed = document.text
            for label in _completions(service, typed):
                yield Completion(label, start_position=-len(typed))

    session: PromptSession[str] = PromptSession(
        "> ",
        history=_history(),
        auto_suggest=AutoSuggestFromHistory(),
        completer=_Completer(),
        complete_while_typing=False,
        reserve_space_for_menu=_COMPLETIONS,
    )
    return session.prompt


def _completions(service: Service, typed: str) -> list[str]:
    if typed.startswith("/"):
        return [name for name in COMMANDS if name.startswith(typed)]
    return [visible(one.label) for one in service.complete(typed, _ASKER, limit=_COMPLETIONS)]


def _history() -> History:
    """What was typed in earlier sessions, in the person's own state folder; in memory where that cannot be written."""
    from platformdirs import user_state_path  # noqa: PLC0415  # as above
    from prompt_toolkit.history import FileHistory, InMemoryHistory  # noqa: PLC0415

    try:
        folder = user_state_path("backchannel", ensure_exists=True)
        file = folder / "history"
        file.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(file))
