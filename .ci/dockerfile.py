"""Runs the Dockerfile's steps in a folder, where no container engine is at hand: `.ci/dockerfile.py CONTEXT FOLDER`.

Each stage gets a folder for its files; RUN steps are run by the shell there, with the stage's ARG and ENV. The ARG
PREFIX, the one absolute path that they write to, is moved into the folder. At the end the last stage's entry point is
tried from a folder of its own.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from string import Template

Instruction = tuple[str, str]


def instructions(text: str) -> list[Instruction]:
    """The Dockerfile's instructions, with their continued lines joined and the comments left out."""
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]
    return [(name.upper(), rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


class Build:
    """The stages, each a folder with the environment of its steps."""

    def __init__(self, context: Path, folder: Path) -> None:
        self._context = context
        self._folder = folder
        self._allowed = [line[1:] for line in (context / ".dockerignore").read_text().split() if line.startswith("!")]
        self._prefix = str(folder / "prefix")
        self._stages: dict[str, Path] = {}
        self._stage = folder
        self._here = folder
        self.environment: dict[str, str] = {}
        self.command: list[str] = []

    def follow(self, name: str, rest: str) -> None:
        """Carry out one instruction; those about an engine's own matters change nothing here."""
        match name:
            case "FROM":
                _, _, stage = rest.partition(" AS ")
                self._begin(stage or "last")
            case "ARG":
                self.environment["PREFIX"] = self._prefix
            case "ENV":
                for word in shlex.split(rest):
                    key, _, value = word.partition("=")
                    self.environment[key] = self._expand(value)
            case "WORKDIR":
                self._here = self._place(rest)
                self._here.mkdir(parents=True, exist_ok=True)
            case "COPY":
                self._copy(shlex.split(self._expand(rest)))
            case "RUN":
                print(f"RUN {rest}", flush=True)
                subprocess.run(["sh", "-ec", rest], cwd=self._here, env=self.environment, check=True)
            case "ENTRYPOINT" | "CMD":
                self.command += json.loads(rest)
            case "VOLUME" | "USER":
                pass
            case _:
                raise SystemExit(f"Dockerfile: {name} is not known here; teach .ci/dockerfile.py about it.")

    def _begin(self, stage: str) -> None:
        self._stage = self._here = self._stages[stage] = self._folder / stage
        self._stage.mkdir()
        kept = ("PATH", "HOME", "SSL_CERT_FILE", *(key for key in os.environ if key.startswith("PIP_")))
        self.environment = {key: os.environ[key] for key in kept if key in os.environ}
        self.command = []

    def _expand(self, text: str) -> str:
        return Template(text).safe_substitute(self.environment)

    def _place(self, path: str) -> Path:
        """Where a path of the image lies here."""
        if path.startswith(self._prefix):
            return Path(path)
        return self._stage / path.lstrip("/") if path.startswith("/") else self._here / path

    def _copy(self, words: list[str]) -> None:
        options = dict(word[2:].split("=", 1) for word in words if word.startswith("--"))
        *sources, target = [word for word in words if not word.startswith("--")]
        for source in sources:
            if "from" in options:
                if source.startswith(self._prefix):
                    continue  # the prefix is the same place for both stages
                origin = self._stages[options["from"]] / source.lstrip("/")
            else:
                if not any(fnmatch(source, allowed) for allowed in self._allowed):
                    raise SystemExit(f".dockerignore keeps {source} out, but the Dockerfile copies it.")
                origin = self._context / source
            destination = self._place(target)
            if origin.is_dir():
                shutil.copytree(origin, destination, dirs_exist_ok=True)
            else:
                shutil.copy(origin, destination / origin.name if target.endswith("/") else destination)


def try_entry_point(build: Build, folder: Path) -> None:
    """Start it as the image would: it says its version, answers, and without a token says what is missing."""
    program, default = build.command
    folder.mkdir()
    for arguments, expected in (
        (["--version"], 0),
        (["ask", "What is backchannel diplomacy?"], 0),
        ([default], 2),
    ):
        print("ENTRYPOINT", program, *arguments, flush=True)
        done = subprocess.run([program, *arguments], cwd=folder, env=build.environment, check=False)
        if done.returncode != expected:
            raise SystemExit(f"{program} {arguments[0]} ended with {done.returncode}, not {expected}.")


def main() -> None:
    """Build, then try what was built."""
    context, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    folder.mkdir(parents=True)
    build = Build(context, folder)
    for name, rest in instructions((context / "Dockerfile").read_text()):
        build.follow(name, rest)
    build.environment["XDG_DATA_HOME"] = str(folder / "data")
    try_entry_point(build, folder / "elsewhere")


if __name__ == "__main__":
    main()
