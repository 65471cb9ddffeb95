"""Answers that follow their questions."""

from __future__ import annotations

from bot.following import Answers


def test_a_reworded_question_is_answered_where_it_was() -> None:
    """Other words, soon enough, tell the place, once each; the same words tell nothing."""
    now = [0.0]
    answers: Answers[str] = Answers(lifetime=10, clock=lambda: now[0])
    answers.keep("q", "there", "when is it")
    assert answers.reworded("q", "when is it") is None
    assert answers.reworded("q", "where is it") == "there"
    assert answers.reworded("q", "where is it") is None
    assert answers.reworded("another", "where is it") is None
    now[0] = 10.0
    assert answers.reworded("q", "who is it") is None


def test_what_nobody_asked_is_not_answered_anew() -> None:
    """An answer to what was overheard goes away with it, and does not change with it."""
    answers: Answers[int] = Answers()
    answers.keep("q", 1, None)
    assert answers.reworded("q", "other words") is None
    assert answers.taken_back("q") == 1
    assert answers.taken_back("q") is None


def test_an_edit_puts_a_question_to_us_soon_and_once() -> None:
    """Soon after it was written; long after, or where an answer stands, an edit puts nothing."""
    answers: Answers[str] = Answers(lifetime=10)
    assert answers.may_follow("q", after=9.0)
    assert not answers.may_follow("q", after=10.0)
    answers.keep("q", "there", None)
    assert not answers.may_follow("q", after=9.0)


def test_the_oldest_answer_is_forgotten_first() -> None:
    """Memory has an end."""
    answers: Answers[int] = Answers(capacity=2)
    for number in range(3):
        answers.keep(number, number, "words")
    assert [answers.taken_back(number) for number in range(3)] == [None, 1, 2]
