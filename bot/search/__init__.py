"""A question in, a judged decision out: the only rooms that know how matching works."""

import warnings

from bot.search.checkpoint import Checkpoint
from bot.search.engine import MAX_QUESTION, Engine, Reading
from bot.search.transformer import Transformer

__all__ = ["MAX_QUESTION", "Checkpoint", "Engine", "Reading", "Transformer"]

# A product of small matrices may raise the flags for lanes of the processor that hold no number of ours.
_FLAGS = "(divide by zero|invalid value|overflow) encountered in (dot|matmul)"
warnings.filterwarnings("ignore", _FLAGS, RuntimeWarning)
