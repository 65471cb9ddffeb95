"""The figures of an evaluation, checked by hand and against a slower way to say the same."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from bot.evaluate import (
    Case,
    CasesError,
    Result,
    breach,
    by_kind,
    confusions,
    figures,
    parse_limit,
    read_cases,
    reliability,
    run,
    worst,
)
from bot.report import summary, summary_object
from tests.samples import decided, match, sample_knowledge

if TYPE_CHECKING:
    from pathlib import Path

    from bot.model import Decision, Knowledge, Outcome

IDS = ("faq/opening-hours", "faq/borrow", "faq/noise", "section/history")


@pytest.fixture
def knowledge(tmp_path: Path) -> Knowledge:
    """Load the small collection."""
    return sample_knowledge(tmp_path / "library")


def result(
    knowledge: Knowledge, relevant: str, outcome: Outcome, *given: tuple[str, float], kind: str = "a", query: str = "q"
) -> Result:
    """Make a result: what was wanted, what was done, and with which matches."""
    case = Case(query=query, relevant=frozenset(relevant.split()), kind=kind)
    return Result(
        case=case, outcome=outcome, matches=tuple(match(knowledge.by_id[entry_id], sure) for entry_id, sure in given)
    )


@pytest.fixture
def results(knowledge: Knowledge) -> tuple[Result, ...]:
    """Make one result of every sort."""
    return (
        result(knowledge, "faq/borrow", "answer", ("faq/borrow", 0.9)),
        result(knowledge, "faq/borrow", "answer", ("faq/noise", 0.8), ("faq/borrow", 0.3)),
        result(knowledge, "faq/noise", "suggest", ("faq/borrow", 0.5), ("faq/noise", 0.4)),
        result(knowledge, "faq/noise", "none", ("faq/noise", 0.2)),
        result(knowledge, "", "none", ("faq/noise", 0.1), kind="b"),
        result(knowledge, "", "answer", ("faq/borrow", 0.85), kind="b"),
        result(knowledge, "", "suggest", ("faq/borrow", 0.4), kind="b"),
        result(knowledge, "", "none", kind="b"),
    )


def test_the_figures_by_hand(results: tuple[Result, ...]) -> None:
    """Each figure is what its definition gives for eight cases."""
    found = figures(results)
    assert (found["in_scope"], found["out_of_scope"]) == (4, 4)
    assert found["top1"] == 2 / 4
    assert found["hit3"] == 4 / 4
    assert [found[name] for name in ("answered_right", "wrong", "suggested_right", "missed")] == [1 / 4] * 4
    assert found["helped"] == 2 / 4
    assert (found["false_answer"], found["false_suggest"]) == (1 / 4, 1 / 4)
    assert found["auroc"] == pytest.approx((4 + 3 + 3 + 2) / 16)
    assert found["right@5%"] == 1 / 4  # above 0.85, the surest of four that must not be answered
    assert "passage" not in found


def test_the_figures_against_a_slow_twin(knowledge: Knowledge) -> None:
    """Ranks and bins give what counting every pair and every bin gives, ties included."""
    chance = random.Random(7)
    results = tuple(
        result(
            knowledge,
            chance.choice(("", *IDS)),
            "answer",
            (chance.choice(IDS), chance.choice((0.0, 0.05, 0.1, 0.3, 0.999, 1.0, round(chance.random(), 2)))),
        )
        for _ in range(300)
    )
    inside = [one for one in results if one.in_scope]
    outside = [one for one in results if not one.in_scope]
    wins = sum((i.confidence > o.confidence) + (i.confidence == o.confidence) / 2 for i in inside for o in outside)
    found = figures(results)
    assert found["auroc"] == pytest.approx(wins / (len(inside) * len(outside)))
    thresholds = [
        o.confidence for o in outside if sum(p.confidence > o.confidence for p in outside) <= 0.05 * len(outside)
    ]
    right = sum(one.is_right and one.confidence > min(thresholds) for one in inside)
    assert found["right@5%"] == pytest.approx(right / len(inside))
    off = 0.0
    for tenth in range(10):
        members = [
            r for r in results if tenth / 10 <= r.confidence < (tenth + 1) / 10 or (tenth == 9 and r.confidence == 1)
        ]
        off += abs(sum(r.confidence for r in members) - sum(r.is_right for r in members))
    assert found["ece"] == pytest.approx(off / len(results))


def test_a_passage_must_be_short_and_contain_the_words(knowledge: Knowledge) -> None:
    """The figure counts only cases that say which words they expect; case does not matter."""
    found = match(knowledge.by_id["faq/borrow"], passage=(0, 0))
    cases = [
        Case(query="q", relevant=frozenset({"faq/borrow"}), gold_span=span) for span in ("PASSAGE", "elsewhere", None)
    ]
    results = [Result(case=case, outcome="answer", matches=(found,)) for case in cases]
    assert figures(results)["passage"] == 1 / 2


def test_kinds_and_bins(results: tuple[Result, ...]) -> None:
    """Results are grouped by kind, and by tenths of confidence."""
    assert {kind: len(rows) for kind, rows in by_kind(results).items()} == {"a": 4, "b": 4}
    rows = reliability(results)
    assert sum(row.count for row in rows) == len(results)
    top = next(row for row in rows if row.low == 0.9)
    assert (top.count, top.confidence, top.right) == (1, 0.9, 1.0)


def test_the_worst_come_first(results: tuple[Result, ...]) -> None:
    """Only answers can be mistakes, the most confident first."""
    assert [one.confidence for one in worst(results)] == [0.85, 0.8]
    assert len(worst(results, 1)) == 1


def test_confusions_name_who_lost_to_whom(results: tuple[Result, ...]) -> None:
    """Cases out of scope confuse no entries."""
    assert confusions(results) == {("faq/borrow", "faq/noise"): 1, ("faq/noise", "faq/borrow"): 1}


def test_cases_are_asked_in_order(knowledge: Knowledge) -> None:
    """Each case is asked by itself, and progress is told."""
    asked, told = [], []

    def decide(question: str) -> Decision:
        asked.append(question)
        return decided("answer", "matched", match(knowledge.by_id["faq/borrow"]))

    cases = [Case(query=query, relevant=frozenset({"faq/borrow"})) for query in ("one", "two")]
    results = run(cases, decide, progress=lambda stage, done, total: told.append((stage, done, total)))
    assert asked == ["one", "two"]
    assert [one.verdict for one in results] == ["answered_right"] * 2
    assert told[-1][1:] == (2, 2)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"cases\.jsonl:2: not JSON"),
        ('{"relevant": []}', r'cases\.jsonl:2: "query" is missing'),
        ('{"query": "x"}', r'cases\.jsonl:2: "relevant" is missing'),
        ('{"query": "x", "relevant": "faq/a"}', r'cases\.jsonl:2: "relevant" is missing or not a list'),
        ("[]", r'cases\.jsonl:2: "query" is missing'),
    ],
)
def test_a_wrong_case_is_named(tmp_path: Path, line: str, message: str) -> None:
    """The error says which line and what is expected."""
    file = tmp_path / "cases.jsonl"
    file.write_text(f'{{"query": "x", "relevant": []}}\n{line}\n', encoding="utf-8")
    with pytest.raises(CasesError, match=message):
        read_cases(file)


def test_cases_are_read(tmp_path: Path) -> None:
    """Blank lines are passed over; kind and span are optional; a file without cases is refused."""
    file = tmp_path / "cases.jsonl"
    file.write_text('\n{"query": "x", "relevant": ["faq/a"], "kind": "k", "gold_span": "s"}\n', encoding="utf-8")
    assert read_cases(file) == [Case(query="x", relevant=frozenset({"faq/a"}), kind="k", gold_span="s")]
    file.write_text("\n", encoding="utf-8")
    with pytest.raises(CasesError, match="no cases"):
        read_cases(file)


@pytest.mark.parametrize(
    ("text", "upper", "sentence"),
    [
        ("top1=0.5", False, None),
        ("top1=0.51", False, "top1 is 0.500, below 0.51"),
        ("false_answer=0.25", True, None),
        ("b:false_answer=0.2", True, "b:false_answer is 0.250, above 0.2"),
        ("a,b:helped=0.6", False, "a,b:helped is 0.500, below 0.6"),
        ("!b:top1=0.6", False, "!b:top1 is 0.500, below 0.6"),
    ],
)
def test_limits(results: tuple[Result, ...], text: str, upper: bool, sentence: str | None) -> None:
    """A limit holds for all cases, some kinds, or all kinds but some."""
    assert breach(parse_limit(text, upper=upper), results) == sentence


@pytest.mark.parametrize("text", ["top1", "top1=", "=0.5", "top1=high", "top1=nan"])
def test_a_limit_that_is_none_is_refused(text: str) -> None:
    """What is not NAME=VALUE never passes silently."""
    with pytest.raises(ValueError, match="is not NAME=VALUE"):
        parse_limit(text, upper=False)


def test_unknown_names_in_limits_are_refused(results: tuple[Result, ...]) -> None:
    """A gate on a figure or kind that does not exist would always pass."""
    with pytest.raises(CasesError, match="no figure 'top2'; there are in_scope"):
        breach(parse_limit("top2=1", upper=False), results)
    with pytest.raises(CasesError, match="no kind 'c' among the cases; there are a, b"):
        breach(parse_limit("c:top1=1", upper=False), results)
    with pytest.raises(CasesError, match="no figure 'b:top1'"):
        breach(parse_limit("b:top1=1", upper=False), results)


def test_the_summary_says_it_all(results: tuple[Result, ...]) -> None:
    """Figures by kind, the table of confidence, the worst mistakes and the confusions."""
    told = summary(results)
    rows = {line.split()[0]: line.split() for line in told.splitlines() if line}
    assert rows["all"][1:4] == ["8", "0.500", "1.000"]
    assert rows["b"][1] == "4"
    assert "0.9 to 1.0      1 cases  says 0.90  is 1.00" in told
    assert "faq/noise instead of faq/borrow" in told
    assert "faq/borrow instead of no answer" in told
    assert "1  faq/borrow lost to faq/noise" in told


def test_the_summary_as_an_object(results: tuple[Result, ...]) -> None:
    """Programs get the same, and which limits are broken."""
    told = summary_object(results, ["top1 is low"])
    assert told["figures"]["all"]["top1"] == 0.5
    assert told["figures"]["b"]["out_of_scope"] == 4
    assert told["worst"][0] == {"question": "q", "kind": "b", "relevant": [], "entry": "faq/borrow", "confidence": 0.85}
    assert told["broken"] == ["top1 is low"]
