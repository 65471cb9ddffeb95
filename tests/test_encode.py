"""Word vectors: what is shipped, and a bot that goes on when files of theirs are absent or damaged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import EncoderError
from bot.search.encode import DistilledSpace, WordllamaSpace, shipped_encoder
from tests.cycling import CLUB

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
TABLE = Path(str(files("bot.search").joinpath("static.npz")))
WHOLE = TABLE.read_bytes()
SHIPPED = DistilledSpace(TABLE)
ENCODER = shipped_encoder()
ASKING = """
import json, logging, sys
from pathlib import Path
{before}
logging.basicConfig(format="%(levelname)s %(message)s")
from bot.knowledge.load import load
from bot.search import Engine
engine = Engine.build(load(Path(sys.argv[1])))
found = [engine.decide(question) for question in sys.argv[2:]]
answered = [one.matches[0].entry.id if one.outcome == "answer" else None for one in found]
print(json.dumps([entry or (one.stock_reply.id if one.stock_reply else None) for entry, one in zip(answered, found)]))
"""
ABSENT = "sys.modules[{!r}] = None"  # for Python there is then no such module
REFUSED = """
class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == {!r}:
            raise ModuleNotFoundError("No module named " + repr(name), name=name)
sys.meta_path.insert(0, Refusing())
"""
VOCABULARY = "tokenizers/l2_supercat_tokenizer_config.json"
VECTORS = "weights/l2_supercat_256.safetensors"
QUESTIONS = ("Do I have to wear a helmet?", "where is the membership form", "thank you so much", "xylophone concerto")
ANSWERS = ["faq/helmet", "faq/join", "thanks", None]


# --- vectors ---------------------------------------------------------------------------------


def cosine(one: str, other: str) -> float:
    """Compare the meanings of two texts."""
    both = [ENCODER.unit(ENCODER.table(text.split()).sum(axis=0)) for text in (one, other)]
    return float(both[0] @ both[1])


@pytest.mark.parametrize(
    ("one", "near", "far"),
    [
        ("bicycle", "bike", "parliament"),
        ("rain", "weather", "money"),
        ("price", "cost", "helmet"),
        ("kids on a ride", "may children come along", "how much is the fee"),
    ],
)
def test_what_means_alike_is_near(one: str, near: str, far: str) -> None:
    """Without a letter in common."""
    assert cosine(one, near) > cosine(one, far) + 0.2


def test_a_sentence_is_the_sum_of_its_words() -> None:
    """Whatever their order, so that nothing depends on how a question is put together."""
    assert cosine("flat tyre", "tyre flat") == pytest.approx(1.0)
    assert ENCODER.table([]).shape == (0, ENCODER.dimensions)


def test_vectors_have_unit_length_with_an_equal_say_for_each_space() -> None:
    """And the vector of nothing stays zero."""
    vectors = ENCODER.unit(ENCODER.table(["helmet", "fee", "qwxzvkjh"]))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 1.0, 1.0], abs=1e-5)
    assert not ENCODER.unit(np.zeros((2, ENCODER.dimensions), dtype=np.float32)).any()
    assert not ENCODER.words(np.zeros((2, ENCODER.dimensions), dtype=np.float32)).any()
    shipped = DistilledSpace(TABLE).dimensions
    assert np.linalg.norm(vectors[:, :shipped], axis=1) == pytest.approx([np.sqrt(0.5)] * 3, abs=1e-5)


@given(st.text(min_size=1, max_size=40) | st.text("abc", min_size=100, max_size=3_000))
def test_any_word_has_a_vector(word: str) -> None:
    """Known whole, in pieces, or not at all; long runs of letters cost no time."""
    vector = SHIPPED.word(word)
    assert vector.shape == (SHIPPED.dimensions,)
    assert np.isfinite(vector).all()


def test_an_unknown_word_is_made_of_known_pieces() -> None:
    """So that a compound is near what it is made of."""
    assert not SHIPPED.word("").any()
    parts = SHIPPED.word("velodromebuilding")
    assert parts.any()
    assert float(parts @ SHIPPED.word("building")) > 0.0
    assert not SHIPPED.word("\u2603").any()


def test_other_languages_are_known_by_the_second_table() -> None:
    """The shipped table is English; the wordllama package's knows others."""
    if find_spec("wordllama") is None:
        pytest.skip("the wordllama package is not installed")
    assert ENCODER.dimensions > SHIPPED.dimensions
    assert cosine("bicicleta", "bicycle") > cosine("bicicleta", "parliament")


# --- damage ----------------------------------------------------------------------------------


@settings(max_examples=25)
@given(cut=st.floats(0.0, 0.999))
def test_a_table_cut_off_anywhere_is_refused(cut: float, tmp_path_factory: pytest.TempPathFactory) -> None:
    """As after a full disk or a broken download; the message names the file and the remedy."""
    short = tmp_path_factory.mktemp("cut") / "static.npz"
    short.write_bytes(WHOLE[: int(len(WHOLE) * cut)])
    with pytest.raises(EncoderError, match=r"static\.npz cannot be read \(.*\); reinstall backchannel\."):
        DistilledSpace(short)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"not an archive", bytes(100_000), b"\x93NUMPY\x01\x00"],
    ids=["empty", "a beginning", "text", "zeros", "a bare array"],
)
def test_a_table_that_is_something_else_is_refused(content: bytes, tmp_path: Path) -> None:
    """Nothing of it is taken for vectors."""
    (tmp_path / "static.npz").write_bytes(content)
    with pytest.raises(EncoderError, match="reinstall backchannel"):
        DistilledSpace(tmp_path / "static.npz")


def test_an_absent_table_is_refused(tmp_path: Path) -> None:
    """With the same remedy."""
    with pytest.raises(EncoderError, match="reinstall backchannel"):
        DistilledSpace(tmp_path / "static.npz")


def test_one_changed_byte_is_noticed(tmp_path: Path) -> None:
    """The archive's checksums are looked at."""
    damaged = bytearray(WHOLE)
    damaged[len(damaged) // 2] ^= 0xFF
    (tmp_path / "static.npz").write_bytes(damaged)
    with pytest.raises(EncoderError):
        DistilledSpace(tmp_path / "static.npz")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the package as it would be installed; big files are linked."""
    site = tmp_path_factory.mktemp("site")
    skipped = shutil.ignore_patterns("__pycache__", "*.npz")
    shutil.copytree(ROOT / "bot", site / "bot", ignore=skipped)
    (site / "bot" / "search" / "static.npz").symlink_to(TABLE)
    return site


@pytest.fixture
def ask(package: Path, tmp_path: Path) -> Callable[..., str]:
    """Ask a fresh process that has only the copied package; it must answer, and what it logs is given."""

    def run(before: str = "", *, first: Path | None = None) -> str:
        path = os.pathsep.join(str(folder) for folder in (first, package) if folder)
        ran = subprocess.run(
            [sys.executable, "-c", ASKING.format(before=before), str(CLUB), *QUESTIONS],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,  # which goes before all other paths, and has nothing to import
            env={**os.environ, "PYTHONPATH": path},
            timeout=300,
        )
        assert ran.returncode == 0, ran.stderr
        assert json.loads(ran.stdout) == ANSWERS
        return ran.stderr

    return run


def with_table(package: Path, folder: Path, content: bytes | None) -> Path:
    """Copy the package once more with another table, or without any."""
    site = folder / "site"
    shutil.copytree(package / "bot", site / "bot", ignore=shutil.ignore_patterns("*.npz"))
    if content is not None:
        (site / "bot" / "search" / "static.npz").write_bytes(content)
    return site


def with_wordllama(folder: Path, damage: Callable[[Path], object]) -> Path:
    """Copy the installed wordllama package's files, and damage the copy."""
    found = find_spec("wordllama")
    if found is None or found.origin is None:
        pytest.skip("the wordllama package is not installed")
    for name in ("__init__.py", VOCABULARY, VECTORS):
        target = folder / "wordllama" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(found.origin).parent / name, target)
    damage(folder / "wordllama")
    return folder


def half(name: str) -> Callable[[Path], object]:
    """Cut a file in half."""
    return lambda folder: os.truncate(folder / name, (folder / name).stat().st_size // 2)


def test_the_copied_package_answers_without_a_word(ask: Callable[..., str]) -> None:
    """Nothing is logged where nothing is wrong."""
    assert ask() == ""


@pytest.mark.parametrize("before", [ABSENT, REFUSED], ids=["absent", "refused"])
def test_without_wordllama_the_shipped_table_answers(ask: Callable[..., str], before: str) -> None:
    """One warning, which names the package and the remedy."""
    logged = ask(before.format("wordllama"))
    assert logged.count("WARNING") == 1
    assert "searching with fewer word vectors: The wordllama package is not installed; install" in logged


@pytest.mark.parametrize("library", ["safetensors", "tokenizers"])
def test_without_the_library_that_reads_wordllama(ask: Callable[..., str], library: str) -> None:
    """The same: what cannot be read is as good as absent."""
    logged = ask(ABSENT.format(library))
    assert logged.count("WARNING") == 1
    assert "wordllama package cannot be read" in logged


@pytest.mark.parametrize(
    "damage",
    [
        half(VECTORS),
        half(VOCABULARY),
        lambda folder: (folder / VECTORS).unlink(),
        lambda folder: (folder / VOCABULARY).unlink(),
        lambda folder: (folder / VECTORS).write_bytes(b""),
        lambda folder: (folder / VOCABULARY).write_text("{}"),
        lambda folder: (folder / VECTORS).write_bytes(bytes(1_000)),
    ],
    ids=["half", "half words", "no vectors", "no words", "empty", "other words", "zeros"],
)
def test_a_damaged_wordllama_is_done_without(
    ask: Callable[..., str], tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    """Whatever is wrong with it, the shipped table answers, and one warning tells."""
    logged = ask(first=with_wordllama(tmp_path, damage))
    assert logged.count("WARNING") == 1
    assert "wordllama package cannot be read" in logged
    assert "reinstall it" in logged


@pytest.mark.parametrize("content", [None, b"", WHOLE[: len(WHOLE) // 2]], ids=["absent", "empty", "half"])
def test_a_damaged_table_is_done_without(
    ask: Callable[..., str], package: Path, tmp_path: Path, content: bytes | None
) -> None:
    """The wordllama package's vectors answer in its place."""
    logged = ask(first=with_table(package, tmp_path, content))
    assert logged.count("WARNING") == 1
    assert "static.npz cannot be read" in logged
    assert "reinstall backchannel" in logged


def test_without_any_vectors_the_words_answer(ask: Callable[..., str], package: Path, tmp_path: Path) -> None:
    """Questions in the collection's own words are still answered, and the others still not."""
    logged = ask(ABSENT.format("wordllama"), first=with_table(package, tmp_path, b""))
    assert logged.count("WARNING") == 1
    assert "searching without word vectors" in logged
    assert "static.npz" in logged
    assert "wordllama" in logged


def test_a_wordllama_folder_without_its_files_is_refused(tmp_path: Path) -> None:
    """The error names the package and the remedy."""
    with pytest.raises(EncoderError, match=r"wordllama package cannot be read .*; reinstall it"):
        WordllamaSpace(tmp_path)
