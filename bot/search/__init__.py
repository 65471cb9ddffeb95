"""A question in, a judged decision out: the only rooms that know how matching works."""

import warnings

from bot.search.checkpoint import Checkpoint
from bot.search.engine import MAX_QUESTION, Engine
from bot.search.transformer import Transformer

__all__ = ["MAX_QUESTION", "Checkpoint", "Engine", "Transformer"]

# A product of small matrices may raise the flag for lanes of the processor that hold no number of ours.
warnings.filterwarnings("ignore", "invalid value encountered in matmul", RuntimeWarning)
