"""The command line as other programs meet it: a process, its output and its exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.samples import FILES, write_files

ROOT = Path(__file__).parents[1]
KEYS = ["question", "outcome", "reason", "entry", "confidence", "matches", "text", "passage"]


def backchannel(
    *arguments: str, cwd: Path, stdin: str | bytes = b"", **environ: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a folder, with nothing set but what is given."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=cwd,
        env={**kept, "PYTHONPATH": str(ROOT), **environ},
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        timeout=300,
        check=False,
    )


def answers(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    """Read JSON lines from a process's output."""
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make a folder to run in, with the small collection as ./knowledge."""
    write_files(tmp_path / "knowledge" / "library")
    return tmp_path


@pytest.mark.parametrize("command", [[], ["chat"], ["ask"], ["check"], ["evaluate"], ["schema"], ["settings"]])
def test_help_shows_an_example(command: list[str], tmp_path: Path) -> None:
    """Every command's help ends with lines that can be typed."""
    done = backchannel(*command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert b"Example:\n    backchannel " in done.stdout


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    """Help is there at once: no numbers, no vectors, no YAML, no drawing."""
    code = (
        "import sys\nfrom bot.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'wordllama', 'rapidfuzz', 'yaml', 'pydantic', 'rich', 'prompt_toolkit'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    environ = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environ, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_version(tmp_path: Path) -> None:
    """One line that begins with the program's name."""
    done = backchannel("--version", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith(b"backchannel")


def test_ask_answers(home: Path) -> None:
    """The title, the text and the related titles; exit code 0; nothing but text in a pipe."""
    done = backchannel("ask", "When", "is", "the", "library", "open?", cwd=home)
    out = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()
    assert out.startswith("When is the library open?\n")
    assert "nine to five" in out
    assert "• How many books may I borrow?" in out
    assert "\x1b" not in out
    assert done.stderr == b""


def test_ask_says_when_it_does_not_know(home: Path) -> None:
    """An honest line and exit code 1."""
    done = backchannel("ask", "who painted the ceiling of the sistine chapel", cwd=home)
    assert done.returncode == 1
    assert "I don't have a verified answer" in done.stdout.decode()


def test_ask_json_has_exactly_the_documented_keys(home: Path) -> None:
    """Other programs rely on the names, their order and their types."""
    done = backchannel("ask", "--json", "when is the library open?", cwd=home)
    (row,) = answers(done)
    assert done.returncode == 0
    assert list(row) == KEYS
    assert row["question"] == "when is the library open?"
    assert (row["outcome"], row["reason"], row["entry"]) == ("answer", "matched", "faq/opening-hours")
    assert 0 < row["confidence"] <= 1
    assert row["confidence"] == row["matches"][0]["confidence"]
    assert 1 <= len(row["matches"]) <= 5
    assert all(list(match) == ["id", "title", "confidence"] for match in row["matches"])
    assert "nine to five" in row["text"]


def test_ask_json_for_what_is_not_answered(home: Path) -> None:
    """No entry, the matches all the same, and the reply's words."""
    done = backchannel("ask", "--json", "what is the weather today", cwd=home)
    (row,) = answers(done)
    assert done.returncode == 1
    assert list(row) == KEYS
    assert (row["outcome"], row["reason"], row["entry"]) == ("none", "out_of_scope", None)
    assert isinstance(row["matches"], list)
    assert row["text"] == "I only know the library, not the weather."


def test_ask_why_explains(home: Path) -> None:
    """After the answer what matched, the rule, and what to change where."""
    done = backchannel("ask", "--why", "when is the library open", cwd=home)
    out = done.stdout.decode()
    assert "Best match" in out
    assert "closest phrasing: " in out
    assert "Rule: " in out
    assert "faq.yaml:2:" in out


def test_ask_why_keeps_json_clean(home: Path) -> None:
    """With --json the explanation goes to standard error."""
    done = backchannel("ask", "--why", "--json", "when is the library open", cwd=home)
    assert len(answers(done)) == 1
    assert b"Best match" in done.stderr


def test_ask_many_from_a_file(home: Path) -> None:
    """One object a line, in order, each on its own, exit code 0."""
    (home / "in.txt").write_text("borrowing limit\n\nthanks\nand why?\n", encoding="utf-8")
    done = backchannel("ask", "--json", "--input", "in.txt", cwd=home)
    rows = answers(done)
    assert done.returncode == 0
    assert [row["question"] for row in rows] == ["borrowing limit", "", "thanks", "and why?"]
    assert [row["outcome"] for row in rows] == ["answer", "none", "none", "none"]
    assert rows[1]["reason"] == "empty"
    assert rows[2]["reason"] == "small_talk"


def test_ask_many_from_a_pipe(home: Path) -> None:
    """JSON lines with "query" through standard input; without --json each question is repeated."""
    done = backchannel("ask", "--input", "-", cwd=home, stdin='{"query": "borrowing limit"}\n{"query": "thanks"}\n')
    out = done.stdout.decode()
    assert done.returncode == 0
    assert (
        out.index("> borrowing limit") < out.index("Ten books") < out.index("> thanks") < out.index("You're welcome.")
    )


def test_each_answer_is_flushed(home: Path) -> None:
    """A program that asks and waits gets its answer before it asks again."""
    environ = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "ask", "--json", "--input", "-"],
        cwd=home,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        for question in (b"borrowing limit", b"thanks"):
            process.stdin.write(question + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["question"] == question.decode()
        process.stdin.close()
        assert process.wait() == 0


def test_any_bytes_get_an_object(home: Path) -> None:
    """Bytes that are no text, controls, half pairs and walls of text: one valid object each."""
    lines = [b"\xff\xfe", b"\x00\x1b[2J", b"a" * 50_000, "ठीक है 🙂".encode(), b"[bold]x[/bold]", b"{", b'"']
    rows = answers(backchannel("ask", "--json", "--input", "-", cwd=home, stdin=b"\n".join(lines) + b"\n"))
    assert [list(row) for row in rows] == [KEYS] * len(lines)
    assert rows[2]["reason"] == "too_long"
    (row,) = answers(backchannel("ask", "--json", "--input", "-", cwd=home, stdin='{"query": "x \\ud800"}\n'))
    assert row["question"] == "x \ud800"


def test_output_is_readable_in_any_locale(home: Path) -> None:
    """JSON is UTF-8 whatever the locale; text for people never fails on what the locale lacks."""
    done = backchannel("ask", "--json", "नमस्ते", cwd=home, LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
    assert answers(done)[0]["matches"] is not None
    done = backchannel("ask", "What is it…", cwd=home, LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
    assert done.returncode in {0, 1}
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask"], "Give either a question or --input"),
        (["ask", "x", "--input", "-"], "Give either a question or --input"),
        (["ask", "x", "--knowledge", "nowhere"], "'nowhere' does not exist"),
        (["ask", "x", "--frobnicate"], "No such option"),
        (["evaluate", "missing.jsonl"], "does not exist"),
        (["frobnicate"], "No such command"),
        (["evaluate", "cases.jsonl", "--fail-under", "top1"], "is not NAME=VALUE"),
        (["evaluate", "cases.jsonl", "--fail-under", "top2=1"], "no figure 'top2'"),
    ],
)
def test_wrong_use_is_exit_code_2(home: Path, arguments: list[str], message: str) -> None:
    """One message that says what is wrong, and no traceback."""
    (home / "cases.jsonl").write_text('{"query": "borrowing limit", "relevant": ["faq/borrow"]}\n', encoding="utf-8")
    done = backchannel(*arguments, cwd=home)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_broken_knowledge_is_exit_code_2(home: Path) -> None:
    """Every problem is printed with its place."""
    write_files(home / "knowledge" / "library", {"faq.yaml": "faq: [{id: x}, {id: y}]\n"})
    done = backchannel("ask", "x", cwd=home)
    assert done.returncode == 2
    assert done.stderr.decode().count("faq.yaml:1:") >= 2
    assert b"Traceback" not in done.stderr


def test_a_wrong_setting_is_exit_code_2(home: Path) -> None:
    """The setting is named, from the environment and from the file."""
    done = backchannel("ask", "x", cwd=home, BACKCHANNEL_LOG_FORMAT="xml")
    assert (done.returncode, b"BACKCHANNEL_LOG_FORMAT is 'xml'" in done.stderr) == (2, True)
    (home / "backchannel.toml").write_text('knowlege = "x"\n', encoding="utf-8")
    done = backchannel("ask", "x", cwd=home)
    assert (done.returncode, b"did you mean knowledge" in done.stderr) == (2, True)


def test_where_the_knowledge_comes_from(home: Path) -> None:
    """The option goes before the setting, and the setting before ./knowledge."""
    for name, books in (("a", "Eleven"), ("b", "Twelve")):
        write_files(home / name, FILES | {"faq.yaml": FILES["faq.yaml"].replace("Ten books", f"{books} books")})
    setting = {"BACKCHANNEL_KNOWLEDGE": "a"}
    assert b"Ten books" in backchannel("ask", "borrowing limit", cwd=home).stdout
    assert b"Eleven books" in backchannel("ask", "borrowing limit", cwd=home, **setting).stdout
    done = backchannel("ask", "borrowing limit", "--knowledge", "b", cwd=home, **setting)
    assert b"Twelve books" in done.stdout


def test_the_shipped_knowledge_answers_from_any_folder(tmp_path: Path) -> None:
    """With nothing set and nothing there, the bot knows what it came with."""
    done = backchannel(
        "ask", "--json", "What is the main point of contention between India and Pakistan?", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr.decode()
    assert answers(done)[0]["entry"] == "faq/main-contention"


def test_check_reports_and_fails(home: Path) -> None:
    """Problems as file:line:column, exit code 1 on errors; --json and --format github say the same."""
    write_files(home / "knowledge" / "library", {"more.yaml": "faq:\n  - id: x\n    questoin: y\n"})
    done = backchannel("check", cwd=home)
    out = done.stdout.decode()
    assert done.returncode == 1
    assert "more.yaml:3:5: error: " in out
    rows = json.loads(backchannel("check", "knowledge", "--json", cwd=home).stdout)
    assert {row["level"] for row in rows} >= {"error"}
    assert all(set(row) == {"file", "line", "column", "level", "code", "message"} for row in rows)
    annotated = backchannel("check", "--format", "github", cwd=home)
    assert annotated.returncode == 1
    assert b"::error file=knowledge/library/more.yaml,line=3,col=5," in annotated.stdout


def test_check_asks_what_the_files_ask(home: Path) -> None:
    """Warnings that need matching are reported and leave the exit code 0."""
    faq = FILES["faq.yaml"].replace("silence in the reading room", "how many volumes may i borrow")
    synonyms = "synonyms:\n  - [books, volumes]\n"
    write_files(home / "knowledge" / "library", {"faq.yaml": faq, "synonyms.yaml": synonyms})
    done = backchannel("check", "knowledge/library", cwd=home)
    assert done.returncode == 0
    assert re.search(r"faq\.yaml:\d+:5: warning: faq/\w+: .* goes to faq/\w+ ", done.stdout.decode())
    assert "0 errors" in done.stderr.decode()


def test_schema_is_a_json_schema(tmp_path: Path) -> None:
    """An editor can read it."""
    schema = json.loads(backchannel("schema", cwd=tmp_path).stdout)
    assert {"faq", "sections"} <= set(schema["properties"])


def test_settings_are_listed(home: Path) -> None:
    """Each with its value in force; the documentation's table comes from the same place."""
    out = backchannel("settings", cwd=home, BACKCHANNEL_LOCALE="de").stdout.decode()
    assert "locale  (BACKCHANNEL_LOCALE)" in out
    assert "Now: de" in out
    assert "| `locale` | `BACKCHANNEL_LOCALE` |" in backchannel("settings", "--markdown", cwd=home).stdout.decode()


@pytest.fixture
def cases(home: Path) -> str:
    """Write labelled cases about the small collection."""
    rows = [
        {"query": "borrowing limit", "relevant": ["faq/borrow"], "kind": "exact"},
        {"query": "history of the library", "relevant": ["section/history"], "kind": "exact"},
        {"query": "what is the weather today", "relevant": [], "kind": "out"},
    ]
    (home / "cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return "cases.jsonl"


def test_evaluate_prints_figures_by_kind(home: Path, cases: str) -> None:
    """For people a table; for programs an object with the same."""
    out = backchannel("evaluate", cases, cwd=home).stdout.decode()
    assert "top1" in out
    assert "exact" in out
    row = json.loads(backchannel("evaluate", cases, "--json", cwd=home).stdout)
    assert row["figures"]["all"]["top1"] == 1.0
    assert row["figures"]["out"]["false_answer"] == 0.0
    assert row["broken"] == []


def test_evaluate_gates(home: Path, cases: str) -> None:
    """A kept limit passes; a broken one is named and is exit code 1."""
    kept = backchannel("evaluate", cases, "--fail-under", "top1=1", "--fail-over", "out:false_answer=0", cwd=home)
    assert kept.returncode == 0
    broken = backchannel("evaluate", cases, "--fail-over", "exact:top1=0.5", cwd=home)
    assert broken.returncode == 1
    assert "Limit broken: exact:top1 is 1.000, above 0.5" in broken.stderr.decode()


def test_evaluate_writes_a_page(home: Path, cases: str) -> None:
    """One file that holds everything it needs."""
    done = backchannel("evaluate", cases, "--html", "report.html", cwd=home)
    assert done.returncode == 0
    assert (home / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    missing = backchannel("evaluate", cases, "--html", "no/such/folder.html", cwd=home)
    assert missing.returncode == 2
    assert b"Traceback" not in missing.stderr
