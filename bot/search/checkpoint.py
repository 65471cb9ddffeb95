"""A transformer's files: a folder in the form that sentence-transformers saves, or a name on the Hugging Face hub."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, Self

from bot.errors import EncoderError

logger = logging.getLogger(__name__)

Pooling = Literal["mean", "cls"]

_CONFIG: Final = "config.json"
_WEIGHTS: Final = "model.safetensors"
_TOKENIZER: Final = "tokenizer.json"
_MODULES: Final = "modules.json"
_POOLING: Final = "1_Pooling/config.json"
_KNOWN_MODULES: Final = {"Transformer", "Pooling", "Normalize"}
_CLS: Final = "pooling_mode_cls_token"
_OTHER_POOLINGS: Final = {
    "pooling_mode_max_tokens",
    "pooling_mode_mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens",
    "pooling_mode_lasttoken",
}
_HUB_NAME: Final = re.compile(r"(?P<name>\w[\w.-]*(?:/[\w.-]+)?)(?:@(?P<revision>[\w./-]+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Where a transformer's parts are, and how a text's vector is made of its tokens'."""

    folder: Path
    config: dict[str, Any]  # as Hugging Face's transformers write it
    weights: Path
    tokenizer: Path
    pooling: Pooling

    @classmethod
    def named(cls, name: str) -> Self:
        """Find a folder, or a model of the hub: `org/name`, or `org/name@revision`.

        A folder never makes it look elsewhere, and what was downloaded once is not downloaded again. Raises
        EncoderError if there is no such model, or its kind is not known.
        """
        folder = Path(name).expanduser()
        if folder.is_dir():
            return cls.of(folder)
        hub = _HUB_NAME.fullmatch(name)
        if hub is None:
            raise EncoderError(f"{name}: there is no such folder with a transformer.")
        return cls.of(_from_hub(hub["name"], hub["revision"]))

    @classmethod
    def of(cls, folder: Path) -> Self:
        """What a folder holds. Raises EncoderError if a part is missing, or its kind is not known."""
        for part in (_CONFIG, _WEIGHTS, _TOKENIZER):
            if not (folder / part).is_file():
                raise EncoderError(f"{folder}: {part} is missing, which a transformer needs.")
        try:
            config = dict(_read(folder / _CONFIG))
            modules = {str(module["type"]).rpartition(".")[2] for module in _read(folder / _MODULES) or ()}
            pooling = {name for name, on in (_read(folder / _POOLING) or {}).items() if on is True}
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:  # no JSON, or other JSON
            raise EncoderError(f"{folder}: what the transformer is made of cannot be read ({error}).") from error
        if unknown := sorted((modules - _KNOWN_MODULES) | (pooling & _OTHER_POOLINGS)):
            raise EncoderError(f"{folder}: a transformer with {' and '.join(unknown)} is not supported.")
        return cls(
            folder=folder,
            config=config,
            weights=folder / _WEIGHTS,
            tokenizer=folder / _TOKENIZER,
            pooling="cls" if _CLS in pooling else "mean",
        )

    @property
    def fingerprint(self) -> str:
        """A hash of everything that its vectors depend on."""
        digest = hashlib.sha256(f"{self.pooling} {json.dumps(self.config, sort_keys=True)}".encode())
        for path in (self.tokenizer, self.weights):
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()


def _read(path: Path) -> Any:  # noqa: ANN401 -- what JSON may hold
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _from_hub(name: str, revision: str | None) -> Path:
    """The folder of a model of the hub, downloaded where it has not been yet."""
    try:
        from huggingface_hub import snapshot_download  # noqa: PLC0415 -- only where a name is set; it is slow to import
        from huggingface_hub.errors import LocalEntryNotFoundError  # noqa: PLC0415 -- as above
    except ImportError as error:
        raise EncoderError(
            f"The transformer {name} is no folder, and to look for it on the hub "
            "huggingface_hub is not installed; pip install 'backchannel[transformer]'."
        ) from error
    parts = [_CONFIG, _WEIGHTS, _TOKENIZER, _MODULES, _POOLING]
    fetch = partial(snapshot_download, name, revision=revision, allow_patterns=parts)
    try:
        folder = Path(fetch(local_files_only=True))
        if (folder / _WEIGHTS).is_file():  # another program may have taken other parts of it
            return folder
    except LocalEntryNotFoundError:
        pass
    logger.info("downloading the transformer %s", name)
    try:
        return Path(fetch())
    except Exception as error:  # the network's, the hub's and the disk's errors have no common base
        said = str(error).strip().partition("\n")[0][:200]  # the hub's can be a page
        raise EncoderError(
            f"The transformer {name} cannot be downloaded ({said}); a folder that has it will do, too."
        ) from error
