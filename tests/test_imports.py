"""The shape of the code, read from its imports: what may know what."""

from __future__ import annotations

import ast
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOUNDATION = {"model", "errors", "config", "markdown", "progress", "wording"}  # what everyone may use
FOUNDATION |= {"setting", "settings_file", "places", "limits"}
# Each room of bot/ and what it must not reach, neither itself nor by way of others.
ABOVE = {
    **{one: {"knowledge", "search", "store", "answer", "learn", "lint", "evaluate", "service"} for one in FOUNDATION},
    "knowledge": {"search", "store", "answer", "learn", "lint", "evaluate", "service"},
    "search": {"knowledge", "store", "answer", "learn", "lint", "evaluate", "service"},
    "store": {"knowledge", "search", "answer", "learn", "lint", "evaluate", "service"},
    "answer": {"knowledge", "search", "store", "service"},
    "learn": {"service", "moderation"},
    "lint": {"store", "service"},
    "evaluate": {"service"},
    "snapshot": {"store", "answer", "learn", "lint", "evaluate", "service"},
    "service": {"moderation", "watch", "settings_watch"},
}
# Who alone may import a library, as the beginning of their paths.
OWNERS = {
    "rapidfuzz": ("bot/search/",),
    "wordllama": ("bot/search/",),
    "tokenizers": ("bot/search/",),
    "safetensors": ("bot/search/",),
    "huggingface_hub": ("bot/search/checkpoint.py",),
    "Stemmer": ("bot/search/",),
    "yaml": ("bot/knowledge/",),
    "ruamel": ("bot/knowledge/",),
    "pydantic": ("bot/knowledge/",),
    "alembic": ("bot/store/",),
    "sqlalchemy": ("bot/store/", "adapters/slack_install.py"),  # the workspaces' tokens, kept by Slack's own library
    "phonenumbers": ("bot/privacy.py",),
    "watchfiles": ("bot/watch.py",),
    "matplotlib": ("bot/picture.py",),
    "discord": ("adapters/discord_",),
    "slack_bolt": ("adapters/slack_",),
    "slack_sdk": ("adapters/slack_",),
    "cryptography": ("adapters/slack_",),
    "aiohttp": ("adapters/discord_", "adapters/slack_"),
    "yarl": ("adapters/discord_", "adapters/slack_"),
    "rich": ("adapters/terminal",),
    "prompt_toolkit": ("adapters/terminal",),
}
PATHS = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path.relative_to(ROOT).as_posix()
    for folder in ("bot", "adapters")
    for path in sorted((ROOT / folder).rglob("*.py"))
}


@cache
def imports(path: str) -> frozenset[str]:
    """Every module that a file imports, wherever in it, for running or for types only."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: name modules in full"
            package = str(node.module)
            names = (f"{package}.{name.name}" for name in node.names)
            found.update(name if name in PATHS else package for name in names)
    return frozenset(found)


def own(module: str) -> set[str]:
    """The project's modules that a module imports."""
    return {name for name in imports(PATHS[module]) if name in PATHS and name != module}


def room(module: str) -> str:
    """The room that a module is in: bot.search.index is in search, and every adapter in adapters."""
    first, _, rest = module.partition(".")
    return rest.split(".")[0] if first == "bot" and rest else first


def reached(start: str) -> dict[str, tuple[str, ...]]:
    """Every module that one reaches, with the way there."""
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    open_ends = [start]
    while open_ends:
        module = open_ends.pop()
        for other in own(module):
            if other not in ways:
                ways[other] = (*ways[module], other)
                open_ends.append(other)
    return ways


def test_there_is_something_to_walk() -> None:
    """The walk sees the modules and their imports."""
    assert "bot.service" in PATHS
    assert "bot.search.engine" in reached("bot.service")
    assert "rapidfuzz" in {name.split(".")[0] for path in PATHS.values() for name in imports(path)}


@pytest.mark.parametrize("name", sorted(ABOVE))
def test_imports_run_one_way(name: str) -> None:
    """No room reaches one above it, not even by way of others."""
    rooms = {room(module) for module in PATHS}
    wrong = [
        " -> ".join(way)
        for module in PATHS
        if room(module) == name
        for other, way in reached(module).items()
        if room(other) in ABOVE[name] & rooms
    ]
    assert wrong == []


def test_only_the_command_line_knows_adapters() -> None:
    """Of the core, the command line alone imports from adapters, and no adapter imports the command line."""
    knowing = [module for module in PATHS if module.startswith("bot.") and any(map(is_adapter, own(module)))]
    assert [module for module in knowing if not is_command_line(module)] == []
    assert [module for module in PATHS if is_adapter(module) and any(map(is_command_line, own(module)))] == []


def test_the_command_line_loads_platforms_late() -> None:
    """Nothing that the command line imports by name, at once or in a command, leads to a platform's adapter."""
    led = [module for module in reached("bot.cli") if module.startswith(("adapters.discord", "adapters.slack"))]
    assert led == []


def test_platforms_know_nothing_of_each_other() -> None:
    """No platform's adapter reaches another's."""
    platforms = ("discord", "slack", "terminal")
    mixed = [
        f"{module} -> {other}"
        for module in PATHS
        for other in own(module)
        for one in platforms
        for another in platforms
        if one != another and module.startswith(f"adapters.{one}") and other.startswith(f"adapters.{another}")
    ]
    assert mixed == []


@pytest.mark.parametrize("library", sorted(OWNERS))
def test_libraries_have_owners(library: str) -> None:
    """A library is imported by the room that needs it and by nobody else."""
    strangers = [
        path
        for path in PATHS.values()
        if library in {name.split(".")[0] for name in imports(path)} and not path.startswith(OWNERS[library])
    ]
    assert strangers == []


def test_no_circles() -> None:
    """No modules import each other in a circle, nor do rooms; static_order raises CycleError with the circle."""
    modules = {module: own(module) for module in PATHS}
    list(TopologicalSorter(modules).static_order())
    rooms: dict[str, set[str]] = {}
    for module, others in modules.items():
        rooms.setdefault(room(module), set()).update(room(other) for other in others if room(other) != room(module))
    list(TopologicalSorter(rooms).static_order())


def is_adapter(module: str) -> bool:
    """Whether a module is an adapter."""
    return module.startswith("adapters.")


def is_command_line(module: str) -> bool:
    """Whether a module is the command line or a part of it."""
    return module == "bot.cli" or module.endswith("_cli")
