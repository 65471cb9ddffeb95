"""A question in, a judged decision out: the only rooms that know how matching works."""

from bot.search.engine import MAX_QUESTION, Engine

__all__ = ["MAX_QUESTION", "Engine"]
