"""The look for secrets in everything that the tests put out (conftest.py): that it would find one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LEAKY = """
import logging, subprocess, sys
from tests.fakes.tokens import DISCORD, secret

def test_prints():
    print("connecting with", DISCORD)

def test_logs():
    logging.getLogger("a.library").info("wss://slack.example/link?ticket=%s", "loopback-ticket-0001")

def test_made_up():
    subprocess.run([sys.executable, "-c", "print('the bot said xoxb-123-abc')"], check=True)

def test_declared():
    print(secret("made while the tests run"))

def test_discreet():
    print("expects the bot token, which starts with xoxb-")
"""


def test_a_secret_in_an_output_fails_its_test(tmp_path: Path) -> None:
    """A token that is printed, logged or said by a process fails a test that passes else; talk of tokens does not."""
    leaky = tmp_path / "test_leaky.py"
    leaky.write_text(LEAKY, encoding="utf-8")
    command = ["-m", "pytest", "-c", "pyproject.toml", "-p", "tests.conftest", "-n", "0", "-rpf", str(leaky)]
    told = subprocess.run(
        [sys.executable, *command], cwd=ROOT, check=False, capture_output=True, encoding="utf-8"
    ).stdout
    assert told.count("put out in this test: ") >= 4
    assert "4 failed, 1 passed" in told
    assert "PASSED" in told.partition("::test_discreet")[0].splitlines()[-1]
