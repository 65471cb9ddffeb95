"""Make the small transformers in tests/data/transformers (needs torch and transformers).

One of each kind of network, with random weights, each with what Hugging Face's transformers make of three texts: the
pooled states of the last layer, at length one.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel, XLMRobertaConfig, XLMRobertaModel

TEXTS = (
    "where is the library",
    "the library is open on sunday a book is free for a week it is near the harbour the tram stops there and is late",
    "tram",
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
KINDS = {
    "bert": (BertConfig, BertModel, ("[PAD]", "[UNK]", "[CLS]", "[SEP]")),
    "mpnet": (MPNetConfig, MPNetModel, ("<s>", "<pad>", "</s>", "<unk>")),
    "xlm-roberta": (XLMRobertaConfig, XLMRobertaModel, ("<s>", "<pad>", "</s>", "<unk>")),
}
WIDTH = 24


def tokenizer(special: tuple[str, ...]) -> Tokenizer:
    """Whole words of the texts, and letters; it pads and cuts as saved ones do."""
    words = sorted({word for text in TEXTS for word in text.split()})
    pieces = [*special, *words, *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    unknown, padding = (
        next(one for one in special if "unk" in one.lower()),
        next(one for one in special if "pad" in one.lower()),
    )
    first, last = ("[CLS]", "[SEP]") if "[CLS]" in vocabulary else ("<s>", "</s>")
    made = Tokenizer(models.WordPiece(vocabulary, unk_token=unknown))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", special_tokens=[(one, vocabulary[one]) for one in (first, last)]
    )
    made.enable_padding(pad_id=vocabulary[padding], pad_token=padding, length=64)
    made.enable_truncation(512)
    return made


def make(kind: str, folder: Path) -> None:
    """Write one transformer."""
    config_of, model_of, special = KINDS[kind]
    tokens = tokenizer(special)
    config = config_of(
        vocab_size=tokens.get_vocab_size(),
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=2 * WIDTH,
        max_position_embeddings=66,
        layer_norm_eps=1e-5,
        initializer_range=0.3,
        pad_token_id=special.index("[PAD]" if kind == "bert" else "<pad>"),
        **({"type_vocab_size": 1} if kind == "xlm-roberta" else {}),
    )
    torch.manual_seed(7)
    model = model_of(config, add_pooling_layer=False).eval()
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if "bias" in name or "LayerNorm" in name:  # else they begin at 0 and 1, where a mistake does not show
                weights.add_(torch.randn_like(weights) * 0.2)
            weights.copy_(weights.half().float())  # what is saved
    (folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
    state = {name: one.half().numpy() for name, one in model.state_dict().items() if "position_ids" not in name}
    save_file(state, str(folder / "model.safetensors"))
    tokens.save(str(folder / "tokenizer.json"), pretty=False)
    names = ("model_type", "num_hidden_layers", "num_attention_heads", "layer_norm_eps", "hidden_act", "pad_token_id")
    _write(folder / "config.json", {name: config.to_dict()[name] for name in names})
    first = kind == "xlm-roberta"
    _write(
        folder / "1_Pooling" / "config.json", {"pooling_mode_cls_token": first, "pooling_mode_mean_tokens": not first}
    )
    modules = [{"path": "", "type": "sentence_transformers.models.Transformer"}]
    _write(folder / "modules.json", [*modules, {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}])
    tokens.no_padding()
    expected = {}
    for text in TEXTS:
        ids = torch.tensor([tokens.encode(text).ids])
        with torch.no_grad():
            states = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0]
        vector = states[0] if first else states.mean(dim=0)
        expected[text] = [round(value, 5) for value in (vector / vector.norm()).tolist()]
    _write(folder / "expected.json", expected)


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for name in KINDS:
        make(name, Path(__file__).parents[1] / "tests" / "data" / "transformers" / name)
