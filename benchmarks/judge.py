"""Judge the search on sets it was not fitted to: `python benchmarks/judge.py SETS [NAME ...] [--peers]`.

For each source of labelled questions the coefficients are fitted on all the others, and the whole engine answers the
source's questions with them. The article's questions are also judged in five parts, each by a fit that saw the other
four and every other set: what the shipped coefficients may be expected to do on new questions about the shipped
knowledge. The figures are bot.evaluate's. With --transformer MODEL its vectors take the place of the shipped ones; with
--peers other ways to search stand beneath, in the same run.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evidence import gather
from fit import fit
from labelled import ROOT, read_sets
from peers import judge_peers

sys.path.insert(0, str(ROOT))

from bot.config import Settings
from bot.evaluate import by_kind, figures, run
from bot.search import Engine
from bot.snapshot import open_transformer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidence import Evidence

    from bot.evaluate import Figures, Result
    from bot.search.calibration import Calibration

PARTS: Final = 5
NAMES: Final = ("top1", "right@5%", "helped", "wrong", "false_answer", "false_suggest", "ece", "passage")


def judge(one: Evidence, calibration: Calibration) -> tuple[Result, ...]:
    """Ask the engine every question of a set."""
    return run(one.labelled.cases, Engine([one.index], calibration).decide)


def cross_fitted(article: Evidence, others: Sequence[Evidence]) -> tuple[Result, ...]:
    """Judge each fifth of the article's questions by a fit on the others and on four fifths; every kind in each."""
    cases = article.labelled.cases
    by_kind_of_question = sorted(range(len(cases)), key=lambda number: cases[number].kind)
    results: list[Result] = []
    for part in range(PARTS):
        held = by_kind_of_question[part::PARTS]
        kept = sorted(set(by_kind_of_question) - set(held))
        results += judge(article.only(held), fit([article.only(kept), *others]))
    return tuple(results)


def _line(name: str, found: Figures, milliseconds: float | None = None) -> str:
    cells = [f"{found[one]:.3f}" if one in found else "" for one in NAMES]
    took = "" if milliseconds is None else f"{milliseconds:.2f}"
    return f"{name:34}" + "".join(f"{cell:>14}" for cell in [*cells, took])


def _print_article(article: Evidence, others: Sequence[Evidence]) -> None:
    results = cross_fitted(article, others)
    print(_line("article, in fifths", figures(results)))
    english = [result for result in results if result.case.kind != "multilingual"]
    print(_line("  English kinds alone", figures(english)))
    for kind, of_kind in sorted(by_kind(results).items()):
        print(_line(f"  {kind} ({len(of_kind)})", figures(of_kind)))


def main() -> None:
    """Judge the sets named on the command line, or all."""
    parser = argparse.ArgumentParser(description="Judge the search on sets that it was not fitted to.")
    parser.add_argument("sets", type=Path, help="folder of labelled sets")
    parser.add_argument("names", nargs="*", metavar="NAME", help="sets to judge; all if none is named")
    parser.add_argument("--peers", action="store_true", help="judge other ways to search as well")
    parser.add_argument("--transformer", metavar="MODEL", help="judge with its vectors: a folder, or a name on the hub")
    options = parser.parse_args()
    print("$", " ".join(["python", *sys.argv]), flush=True)
    labelled = read_sets(options.sets)
    if unknown := sorted(set(options.names) - {one.name for one in labelled}):
        parser.error(f"there is no set {unknown[0]!r}; there are {', '.join(one.name for one in labelled)}")
    transformer = open_transformer(Settings(transformer=options.transformer))
    evidence = [gather(one, transformer) for one in labelled]
    wanted = options.names or [one.name for one in labelled]
    print(f"{'set':34}" + "".join(f"{name:>14}" for name in [*NAMES, "ms a question"]))
    fits: dict[str, Calibration] = {}
    for one in evidence:
        if one.labelled.name not in wanted:
            continue
        source = one.labelled.role.source
        others = [other for other in evidence if other.labelled.role.source != source]
        if source not in fits:
            fits[source] = fit(others)
        start = time.perf_counter()
        results = judge(one, fits[source])
        milliseconds = (time.perf_counter() - start) / len(results) * 1000
        print(_line(f"{one.labelled.name} ({len(results)})", figures(results), milliseconds), flush=True)
        if one.labelled.name == "article":
            _print_article(one, others)
        if options.peers:
            for name, found, took in judge_peers(one.labelled):
                shown = {key: value for key, value in found.items() if key in ("top1", "right@5%")}
                print(_line(f"  {name}", shown, took), flush=True)


if __name__ == "__main__":
    main()
