"""The documents, held against the program that they describe."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from adapters.settings import platforms
from bot.config import Settings, load_settings
from bot.places import Place
from bot.setting import reference
from tests.samples import places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.setting import Setting

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MODERATORS = (ROOT / "docs" / "moderators.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SKIPPED = {"__pycache__", "build", "dist", "venv", "htmlcov"}
# Where packages come from, and where anybody's machine keeps things, is nothing that a project's file should say. The
# words are put together here, so that this file does not hold them either.
HOSTS = tuple(".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("anaconda", "org")))
MACHINE_PATH = re.compile(r"(?<![\w.}$])/" + "(?:work|root|home/(?!you/)[a-z]+|Users/[a-z]+)/")


def project_files() -> Iterator[Path]:
    """Every file of the project, whether Git knows it yet or not."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part not in {".ci", ".github", ".dockerignore"} for part in parts)
        if path.is_file() and not hidden and not SKIPPED & set(parts):
            yield path


def commands_in(text: str, mark: str) -> list[str]:
    """The lines of the code block that is marked for .ci/run."""
    block = re.search(rf"<!-- ci: {mark} -->\n```sh\n(.*?)\n```", text, re.DOTALL)
    assert block, f"no block is marked <!-- ci: {mark} -->"
    return block[1].splitlines()


def test_two_commands_are_the_whole_way_in() -> None:
    """One command leads from a fresh clone to a conversation, and one to passing tests; .ci/run runs both."""
    (chat,), (tests,) = commands_in(README, "chat"), commands_in(README, "tests")
    assert chat.startswith("python3 -m venv ")
    assert chat.endswith("backchannel chat")
    assert tests.startswith("python3 -m venv ")
    assert tests.endswith("python -m pytest")
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "readme chat" in run
    assert "readme tests" in run


def test_made_parts_are_up_to_date() -> None:
    """The conversation, the commands, the settings and the schema are what the program gives now."""
    for library in ("discord", "slack_bolt", "sqlalchemy"):  # some commands' help needs them
        pytest.importorskip(library)
    script = ROOT / "scripts" / "documents.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nWrite them anew: python scripts/documents.py"


def test_links_lead_somewhere() -> None:
    """Every link between documents, and to a heading in one, has its target."""
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if link.startswith(("https:", "mailto:")):
                continue
            file, _, anchor = link.partition("#")
            target = (path.parent / file).resolve() if file else path
            assert target.exists(), f"{path.name} links to {link}"
            if anchor:
                headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
                slugs = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
                assert anchor in slugs, f"{path.name} links to {link}"


def test_the_example_settings_have_every_setting(tmp_path: Path) -> None:
    """Each setting but the secrets is in the example, and the example is taken when its lines are switched on."""
    example = (ROOT / "backchannel.example.toml").read_text(encoding="utf-8")
    switched_on = re.sub(r"^# (\w+(\.\w+)* = |\[)", r"\1", example, flags=re.MULTILINE)
    found, content = places(tmp_path, switched_on), tomllib.loads(switched_on)
    load_settings({}, tmp_path / "backchannel.toml")
    assert _open_keys(reference(Settings)) <= content.keys()
    for platform in platforms():
        assert _open_keys(reference(platform.settings, table=platform.name)) <= content[platform.name].keys()
    given = {key for layer in found.layers for key in layer.values}
    assert _open_keys(reference(Place)) <= given


def _open_keys(settings: Iterable[Setting]) -> set[str]:
    """The settings that may stand in a file."""
    every = (one for one in settings if one.variable.startswith("BACKCHANNEL_"))
    return {one.key.rpartition(".")[2] for one in every if not one.key.endswith("_key")}


def test_every_problem_is_explained_to_moderators() -> None:
    """Each code of a problem has its line in docs/moderators.md, and no line is about a code that nothing gives."""
    _, _, tables = MODERATORS.partition("### Warnings")
    first_cells = re.findall(r"^\| (`.*?) \|", tables, re.MULTILINE)
    explained = {code for cell in first_cells for code in re.findall(r"`([a-z-]+)`", cell)}
    sources = [*(ROOT / "bot" / "knowledge").glob("*.py"), ROOT / "bot" / "lint.py"]
    strings = {
        node.value
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    given = {code for path in sources for code in codes_in(path)}
    assert len(given) > 20
    assert given - explained == set(), "these are not explained"
    assert explained - strings == set(), "nothing gives these"


def codes_in(path: Path) -> Iterator[str]:
    """The codes that a file's reports, findings and problems are made with."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        place = {"report": 1, "_find": 1, "Finding": 1, "problem": 1, "_refused": 0, "_warning": 1}.get(name)
        if place is not None and len(node.args) > place:
            code = node.args[place]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield code.value


def test_every_key_of_an_entry_is_explained_to_moderators() -> None:
    """docs/moderators.md names every key that the format has."""
    schema = json.loads((ROOT / "knowledge" / "schema.json").read_text(encoding="utf-8"))
    for kind in ("Faq", "Section"):
        for key in schema["$defs"][kind]["properties"]:
            assert f"`{key}`" in MODERATORS, key
    for key in schema["properties"]:
        assert f"`{key}`" in MODERATORS, key


def test_no_file_names_a_machine_or_a_registry() -> None:
    """No file of the project has a package registry's host or somebody's folder in it."""
    found = []
    for path in project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture, or compressed data
        found += [f"{path.relative_to(ROOT)}: {host}" for host in HOSTS if host in text]
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in MACHINE_PATH.finditer(text)]
    assert found == []


def test_the_lock_holds_what_the_project_asks_for() -> None:
    """What the extra `all` needs is pinned, at a version that the project takes; no line has an address."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins: dict[str, list[Requirement]] = {}
    for line in lines:
        assert "://" not in line
        if line.strip() and not line.startswith("#"):
            pin = Requirement(line)
            assert [one.operator for one in pin.specifier] == ["=="], line
            pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    extras = PROJECT["optional-dependencies"]
    wanted = [
        *PROJECT["dependencies"],
        *(one for name in ("store", "discord", "slack", "postgres") for one in extras[name]),
    ]
    for requirement in map(Requirement, wanted):
        if requirement.name == PROJECT["name"]:
            continue
        pinned = pins[canonicalize_name(requirement.name)]
        versions = [next(iter(pin.specifier)).version for pin in pinned]
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_the_image_is_as_promised() -> None:
    """Two stages; the last one runs nothing, is not root's, and starts `backchannel serve`."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    begins = [number for number, line in enumerate(lines) if line.startswith("FROM ")]
    assert len(begins) == 2
    last = lines[begins[1] :]
    assert not [line for line in last if line.startswith("RUN ")]
    (user,) = [line.split()[1] for line in last if line.startswith("USER ")]
    assert user.split(":")[0] not in {"0", "root"}
    assert last[-2:] == ['ENTRYPOINT ["backchannel"]', 'CMD ["serve"]']


def test_every_library_is_declared() -> None:
    """What the code imports from outside is a dependency of the core or of an extra, by its own name."""
    names = {
        "Stemmer": "pystemmer",
        "discord": "discord.py",
        "markdown_it": "markdown-it-py",
        "pydantic_core": "pydantic",
        "yaml": "pyyaml",
    }
    extras = PROJECT["optional-dependencies"]
    declared = {canonicalize_name(Requirement(one).name) for group in extras.values() for one in group}
    declared |= {canonicalize_name(Requirement(one).name) for one in PROJECT["dependencies"]}
    for folder in ("bot", "adapters", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            for module in imported(path):
                own = module in {"bot", "adapters", "tests", "scripts"}
                if not own and module not in sys.stdlib_module_names:
                    assert canonicalize_name(names.get(module, module)) in declared, f"{path.name}: {module}"


def imported(path: Path) -> set[str]:
    """The top-level names of what a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module).split(".")[0])
    return found
