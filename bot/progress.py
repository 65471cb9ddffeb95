"""How far a long job is: the core reports, the edge draws."""

from __future__ import annotations

from collections.abc import Callable

# Called with the stage in a word or two ("reading"), how many of its steps are done, and how many there are.
Progress = Callable[[str, int, int], None]
