"""Processes that ask versions of the knowledge many questions: on two cores, out of the way of who wants an answer.

They are this file, run as a program. Each opens copies of the versions from a folder, is asked in lines of JSON and
answers in such. Whatever goes wrong with them costs time only: what they have not said is asked here.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from bot.cache import Cache
from bot.prepared import kept, restored
from bot.version import Verdict, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from types import TracebackType

    from bot.search import Reading
    from bot.version import Version

_log = logging.getLogger(__name__)

Unknown: TypeAlias = "Mapping[tuple[int, Reading], str]"  # by number of the version: a text that is read so

WORTH: Final = 1_000  # texts; fewer are asked sooner than a process has started
MOST: Final = 2  # processes
_MOST_BYTES: Final = 2**26  # of the versions' indexes: 64 MiB; each process holds a copy, and about 150 MB besides
_NICE: Final = 5  # behind the answers, but not behind whatever else the machine does
_AHEAD: Final = 2  # jobs given out for each process, so that none waits
_KEY: Final = "version"


class Askers:
    """Versions, and the processes that ask them; a context manager, which leaves none of these behind."""

    def __init__(self, *versions: Version, processes: int = MOST) -> None:
        """Begin with fewer processes where there are fewer cores, with none for large versions or a transformer."""
        self._versions = versions
        self._folder = tempfile.TemporaryDirectory(prefix="backchannel-", ignore_cleanup_errors=True)
        self._threads = ThreadPoolExecutor(MOST, thread_name_prefix="asking")
        self._free: SimpleQueue[_Process] = SimpleQueue()
        self._processes: list[_Process] = []
        if processes and all(version.engine.transformer is None for version in versions):
            with suppress(OSError):
                self._start(min(processes, os.cpu_count() or 1))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            process.close()
        self._folder.cleanup()

    def ahead(self, jobs: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
        """Give jobs, each some texts, in their order, once the versions know what the processes say about them.

        A few are taken before the first is given, and none where there is no process: then they come as they are.
        """
        if not self._processes:
            yield from jobs
            return
        waiting: deque[tuple[Sequence[str], Unknown, Future[list[Verdict]]]] = deque()
        sent: set[tuple[int, Reading]] = set()
        for job in jobs:
            unknown = {
                (number, reading): text
                for number, version in enumerate(self._versions)
                for text in job
                if (reading := version.reading(text)) not in version.said and (number, reading) not in sent
            }
            sent.update(unknown)
            waiting.append((job, unknown, self._threads.submit(self._ask, unknown)))
            if len(waiting) > _AHEAD * len(self._processes):
                yield self._learned(*waiting.popleft())
        while waiting:
            yield self._learned(*waiting.popleft())

    def _learned(self, job: Sequence[str], unknown: Unknown, verdicts: Future[list[Verdict]]) -> Sequence[str]:
        for (number, reading), said in zip(unknown, verdicts.result(), strict=False):  # none from one that failed
            self._versions[number].said[reading] = said
        return job

    def _start(self, processes: int) -> None:
        arrays = [kept(version.knowledge, version.engine) for version in self._versions]
        if sum(array.nbytes for one in arrays for array in one.values()) > _MOST_BYTES:
            return
        for number, one in enumerate(arrays):
            Cache(Path(self._folder.name)).write(str(number), _KEY, one)
        for _ in range(processes):
            self._processes.append(_Process(self._folder.name, len(self._versions)))
            self._free.put(self._processes[-1])

    def _ask(self, unknown: Unknown) -> list[Verdict]:
        """Have the next free process ask; give nothing if it fails."""
        if not unknown:
            return []
        process = self._free.get()
        try:
            return process.ask([(number, text) for (number, _), text in unknown.items()])
        except (OSError, ValueError) as error:
            _log.info("a process that asks has ended: %s", type(error).__name__)
            return []
        finally:
            self._free.put(process)


class _Process:
    """One process; raises OSError where it cannot be started, and OSError or ValueError if it ends before its time."""

    def __init__(self, folder: str, versions: int) -> None:
        self._running = subprocess.Popen(  # noqa: S603 - this file, with a folder of ours
            [sys.executable, "-m", "bot.asking", folder, str(versions)],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a terminal's Ctrl-C is for us
        )
        self._asked, self._said = self._running.stdin, self._running.stdout

    def ask(self, questions: Sequence[tuple[int, str]]) -> list[Verdict]:
        if self._asked is None or self._said is None:
            return []
        self._asked.write(json.dumps(questions).encode() + b"\n")
        self._asked.flush()
        return [Verdict(outcome=outcome, entry_id=entry) for outcome, entry in json.loads(self._said.readline())]

    def kill(self) -> None:
        self._running.kill()  # it holds nothing that could be lost

    def close(self) -> None:
        self._running.communicate()


def _answer(folder: Path, count: int) -> None:
    """Ask what is read, until there is nobody any more who wants to know."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    with suppress(OSError):  # where memory runs out, on Linux: we before the bot
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    engines = []
    for number in range(count):
        arrays = Cache(folder).read(str(number), _KEY)
        if arrays is None:
            return
        engines.append(restored(arrays, None)[1])
    gc.freeze()  # what is loaded need not be searched for garbage
    for line in sys.stdin:
        verdicts = [verdict(engines[number], text) for number, text in json.loads(line)]
        print(json.dumps([(one.outcome, one.entry_id) for one in verdicts]), flush=True)  # noqa: T201 - to our parent


if __name__ == "__main__":
    _answer(Path(sys.argv[1]), int(sys.argv[2]))
