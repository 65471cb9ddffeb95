"""Knowledge made searchable: read and indexed, or taken from the cache where nothing has changed since."""

from __future__ import annotations

import logging
import sys
from functools import cache as remembered
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bot.knowledge import files
from bot.knowledge.load import collector_paused, knowledge_of, load
from bot.knowledge.stored import batches, collection_of
from bot.search import Engine
from bot.search.strings import Strings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from bot.cache import Cache
    from bot.model import Knowledge
    from bot.progress import Progress
    from bot.search import Transformer

logger = logging.getLogger(__name__)

WORTH_KEEPING: Final = 2**16  # bytes of YAML: below, it is read and indexed in no time
_TEXTS: Final = "knowledge"  # name of the collection's texts among its arrays
# Libraries that have a say in what comes out.
_LIBRARIES: Final = ("markdown-it-py", "numpy", "pydantic", "pystemmer", "pyyaml", "tokenizers", "wordllama")


def prepare(
    path: Path,
    *,
    cache: Cache | None = None,
    transformer: Transformer | None = None,
    progress: Progress | None = None,
) -> tuple[Knowledge, Engine]:
    """The knowledge at a path, and what searches it. Raises KnowledgeError with every problem of the files."""
    name = blake2b(str(path.absolute()).encode(errors="surrogateescape"), digest_size=16).hexdigest()
    key = _key(path, transformer) if cache else None
    if cache and key and (found := cache.read(name, key)) is not None:
        return restored(found, transformer)
    knowledge = load(path, progress=progress)
    engine = Engine.build(knowledge, transformer=transformer, progress=progress)
    if cache and key and _key(path, transformer) == key:  # nobody has changed the files while they were read
        cache.write(name, key, kept(knowledge, engine))
    return knowledge, engine


def _key(path: Path, transformer: Transformer | None) -> str | None:
    """A digest of all that the knowledge is made from and by; None where it has faults or is not worth keeping."""
    found = files.survey(path)
    if found.problems:
        return None
    digest = blake2b(_makers(), digest_size=32)
    digest.update(f"{transformer.fingerprint if transformer else None}\0".encode())
    size = 0
    for folder in found.folders:
        digest.update(f"{folder.name}\0{folder.path}\0{len(folder.files)}\0".encode(errors="surrogateescape"))
        for file in folder.files:
            text = files.read(file)
            if text.text is None or text.findings:
                return None
            size += len(text.content)
            digest.update(f"{file}\0{len(text.content)}\0".encode(errors="surrogateescape"))
            digest.update(text.content)
    return digest.hexdigest() if size >= WORTH_KEEPING else None


@remembered
def _makers() -> bytes:
    """A digest of the code, the data that comes with it and the libraries: what makes an index of knowledge."""
    digest = blake2b(f"{sys.version}\0{sys.byteorder}\0{Engine.dimensions()}\0".encode(), digest_size=32)
    here = Path(__file__).parent
    for file in sorted(here.rglob("*")):
        if file.is_file() and file.suffix in {".py", ".npz", ".gz", ".json", ".txt"}:
            content = file.read_bytes()
            digest.update(f"{file.relative_to(here).as_posix()}\0{len(content)}\0".encode() + content)
    for library in _LIBRARIES:
        try:
            digest.update(f"{library} {version(library)}\0".encode())
        except PackageNotFoundError:
            digest.update(f"{library}\0".encode())
    return digest.digest()


def kept(knowledge: Knowledge, engine: Engine) -> dict[str, NDArray[Any]]:
    """Everything as arrays, those of the first collection named `0.`, and so on."""
    found: dict[str, NDArray[Any]] = {}
    for number, (collection, arrays) in enumerate(zip(knowledge.collections, engine.arrays(), strict=True)):
        texts = Strings.of(batches(collection))
        found |= {f"{number}.{_TEXTS}:data": texts.data, f"{number}.{_TEXTS}:ends": texts.ends}
        found |= {f"{number}.{name}": array for name, array in arrays.items()}
    found["collections"] = np.array(len(knowledge.collections))
    return found


def restored(found: Mapping[str, NDArray[Any]], transformer: Transformer | None) -> tuple[Knowledge, Engine]:
    """The knowledge and the engine that gave the arrays."""
    collections, arrays = [], []
    for number in range(int(found["collections"])):
        own = {name.removeprefix(f"{number}."): one for name, one in found.items() if name.startswith(f"{number}.")}
        texts = Strings(own.pop(f"{_TEXTS}:data").tobytes(), own.pop(f"{_TEXTS}:ends"))
        with collector_paused():
            collections.append(collection_of(texts))
        arrays.append(own)
    knowledge = knowledge_of(collections)
    return knowledge, Engine.restore(knowledge, arrays, transformer)
