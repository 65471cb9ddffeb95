"""A question in, a judged decision out: the only rooms that know how matching works."""

from bot.search.checkpoint import Checkpoint
from bot.search.engine import MAX_QUESTION, Engine
from bot.search.transformer import Transformer

__all__ = ["MAX_QUESTION", "Checkpoint", "Engine", "Transformer"]
