"""The errors that Backchannel raises on purpose, in one tree.

BackchannelError
├── ConfigError       a setting is wrong or missing; names the setting, never its secret value
├── KnowledgeError    a collection cannot be loaded; carries every problem found
├── EditError         a change to the knowledge files cannot be made; nothing was changed
│   └── EditConflict  somebody else changed the same meanwhile; carries what is there now
├── NotAllowedError   somebody without the right tried to moderate
├── StoreError        the database cannot be read just now, or there is none
└── EncoderError      word vectors cannot be loaded, without which the bot goes on; or the transformer that is set
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model import Problem


class BackchannelError(Exception):
    """The base of every error this project raises on purpose; its text is fit to show to a person."""


class ConfigError(BackchannelError):
    """A setting is wrong or missing: one sentence that names it and the remedy, for each that the file has wrong."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        self.problems = tuple(problems)  # where they are the settings file's
        super().__init__(message)


class KnowledgeError(BackchannelError):
    """A collection cannot be loaded: nothing of it is in force."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class EncoderError(BackchannelError):
    """Word vectors or a transformer are absent or damaged: one sentence that names them and the remedy."""


class StoreError(BackchannelError):
    """What happened cannot be read: the database is away, or none is kept; one sentence."""


class EditError(BackchannelError):
    """A change to the knowledge files cannot be made: one sentence with the remedy. Nothing was changed."""


class EditConflict(EditError):  # noqa: N818 - named for what happened
    """Somebody else changed the same meanwhile; `present` is what is there now, as text."""

    def __init__(self, message: str, present: str) -> None:
        self.present = present
        super().__init__(message)


class NotAllowedError(BackchannelError):
    """Somebody without the right tried to moderate; nothing was shown and nothing done."""
