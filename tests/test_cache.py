"""The cache: files that only save time, whole and of what is there now, or not used at all."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import cache as cache_module
from bot import prepared
from bot.cache import Cache
from bot.config import Settings, load_settings
from bot.errors import KnowledgeError
from bot.knowledge.load import load
from bot.knowledge.shipped import shipped_path
from bot.knowledge.stored import batches, collection_of
from bot.model import Collection, Entry, Origin, Position, Source, StockReply, Translation
from bot.prepared import prepare
from bot.service import Service
from bot.snapshot import cache_of, open_snapshot
from tests.cycling import CLUB, club

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

KEY = "a" * 64
ARRAYS: dict[str, NDArray[Any]] = {
    "numbers": np.arange(12, dtype=np.int32).reshape(3, 4),
    "empty": np.zeros((0, 5), dtype=np.float32),
    "one": np.array(0.25),
    "text": np.frombuffer("Größe".encode(), dtype=np.uint8),
}
QUESTIONS = ("when is the next ride", "do i need a helmte", "what does it cost", "who won the cup", "hello")


def same(found: Any) -> bool:
    """Whether arrays are those that were kept."""
    return found is not None and all(
        found[name].dtype == one.dtype and found[name].shape == one.shape and bool((found[name] == one).all())
        for name, one in ARRAYS.items()
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Name a cache folder that is not there yet."""
    return tmp_path / "cache" / "backchannel"


@pytest.fixture
def kept(folder: Path) -> Path:
    """Keep the arrays, and name their file."""
    Cache(folder).write("some", KEY, ARRAYS)
    (file,) = folder.iterdir()
    return file


@pytest.fixture
def knowledge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the club's collection, and hold even that little worth keeping."""
    monkeypatch.setattr(prepared, "WORTH_KEEPING", 0)
    copy = tmp_path / CLUB.name
    copy.mkdir()
    for file in CLUB.glob("*.yaml"):
        (copy / file.name).write_bytes(file.read_bytes())
    return copy


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forbid reading and checking the YAML: only the cache is left."""

    def fail(*_args: object, **_options: object) -> None:
        pytest.fail("the files were read and checked again")

    with monkeypatch.context() as patched:
        patched.setattr(prepared, "load", fail)
        yield


def test_what_is_kept_is_what_comes_back(folder: Path, kept: Path) -> None:
    """Arrays of any type and shape, which nobody can change."""
    found = Cache(folder).read("some", KEY)
    assert found is not None
    assert same(found)
    assert list(found) == list(ARRAYS)
    assert not any(one.flags.writeable for one in found.values())
    assert Cache(folder).read("other", KEY) is None
    if os.name == "posix":
        assert (kept.stat().st_mode & 0o077, folder.stat().st_mode & 0o077) == (0, 0)  # knowledge may be private


def test_a_file_damaged_anywhere_is_not_used(folder: Path, kept: Path) -> None:
    """One wrong byte, wherever it is."""
    whole = kept.read_bytes()
    for place in range(len(whole)):
        kept.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        assert Cache(folder).read("some", KEY) is None, place
    kept.write_bytes(whole)
    assert same(Cache(folder).read("some", KEY))


def test_a_file_cut_off_or_added_to_is_not_used(folder: Path, kept: Path) -> None:
    """At every length."""
    whole = kept.read_bytes()
    for length in range(len(whole)):
        kept.write_bytes(whole[:length])
        assert Cache(folder).read("some", KEY) is None, length
    kept.write_bytes(whole + b"\0")
    assert Cache(folder).read("some", KEY) is None


@pytest.mark.parametrize("content", [b"", b"\x80\x04K\x01.", b"backchannel cache 0\n" + bytes(80), bytes(10_000)])
def test_a_foreign_or_older_file_is_not_used(
    folder: Path, kept: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """A pickle is never run; one line in the log says that the file is made anew."""
    caplog.set_level(logging.INFO, "bot.cache")
    kept.write_bytes(content)
    assert Cache(folder).read("some", KEY) is None
    assert len(caplog.records) == 1
    assert kept.name in caplog.text


def test_what_was_made_from_something_else_is_not_used(
    folder: Path, kept: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the key tells apart: content, code, data, libraries."""
    caplog.set_level(logging.INFO, "bot.cache")
    assert kept.exists()
    assert Cache(folder).read("some", "b" * 64) is None
    assert [record.getMessage() for record in caplog.records] == [
        f"the cache file {kept.name} is made anew: what it was made from has changed"
    ]


def test_a_folder_that_cannot_be_written_costs_a_line_in_the_log(
    tmp_path: Path, knowledge: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file stands in its place; the knowledge is read all the same."""
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    snapshot = open_snapshot(knowledge, cache=Cache(tmp_path / "file"))
    assert snapshot.engine.decide("what does it cost").matches
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [record.name for record in warnings] == ["bot.cache"]


def test_writers_at_once_leave_a_whole_file(folder: Path) -> None:
    """Readers meanwhile find nothing, or all of what one writer kept."""
    keys = [str(number) * 64 for number in range(4)]
    big = {key: {"data": np.full(50_000, number)} for number, key in enumerate(keys)}
    stop = threading.Event()
    wrong: list[str] = []

    def read() -> None:
        while not stop.is_set():
            for number, key in enumerate(keys):
                found = Cache(folder).read("some", key)
                if found is not None and not (found["data"] == number).all():
                    wrong.append(key)

    def write(key: str) -> None:
        for _ in range(20):
            Cache(folder).write("some", key, big[key])

    readers = [threading.Thread(target=read) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(key,)) for key in keys]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in readers:
        thread.join()
    assert not wrong
    assert len(list(folder.iterdir())) == 1
    assert sum(Cache(folder).read("some", key) is not None for key in keys) == 1


def test_what_was_used_longest_ago_makes_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what a writer left unfinished when it was killed; the newest file stays."""
    cache = Cache(folder)
    for number, name in enumerate("abc"):
        cache.write(name, KEY, ARRAYS)
        os.utime(folder / f"{name}.cache", (number, number))
    (folder / "killed.part").write_bytes(b"half")
    os.utime(folder / "killed.part", (0, 0))
    (folder / "busy.part").write_bytes(b"half")
    assert cache.read("a", KEY) is not None  # used just now
    size = (folder / "a.cache").stat().st_size
    monkeypatch.setattr(cache_module, "MAX_FOLDER", 2 * size)
    cache.write("d", KEY, ARRAYS)
    assert {path.name for path in folder.iterdir()} == {"a.cache", "d.cache", "busy.part"}
    monkeypatch.setattr(cache_module, "MAX_FOLDER", 0)
    cache.write("e", KEY, ARRAYS)
    assert [path.name for path in folder.glob("*.cache")] == ["e.cache"]


# --- knowledge ------------------------------------------------------------------------------


def test_unchanged_knowledge_is_taken_from_the_cache(
    knowledge: Path, folder: Path, request: pytest.FixtureRequest
) -> None:
    """The same knowledge, and the same decisions to the last digit."""
    first, engine = prepare(knowledge, cache=Cache(folder))
    request.getfixturevalue("unread")
    second, again = prepare(knowledge, cache=Cache(folder))
    assert second == first
    for question in QUESTIONS:
        assert again.decide(question) == engine.decide(question)


def test_the_shipped_knowledge_comes_back_whole(folder: Path, request: pytest.FixtureRequest) -> None:
    """It is large enough to be kept."""
    first, engine = prepare(shipped_path(), cache=Cache(folder))
    request.getfixturevalue("unread")
    second, again = prepare(shipped_path(), cache=Cache(folder))
    assert second == first
    for entry in first.collections[0].entries:
        assert again.decide(entry.title) == engine.decide(entry.title)


def test_changed_knowledge_is_read_again(knowledge: Path, folder: Path) -> None:
    """A reload that changes a file, one that changes it back, and one that takes it away."""
    service = Service(open_snapshot(knowledge, cache=Cache(folder)))
    version = service.snapshot.knowledge.version
    (knowledge / "more.yaml").write_text(
        "faq:\n  - {id: new, question: Is this new?, answer: Yes.}\n", encoding="utf-8"
    )
    assert service.reload()
    assert "faq/new" in service.snapshot.knowledge.by_id
    (knowledge / "more.yaml").unlink()
    assert service.reload()
    assert service.snapshot.knowledge.version == version
    assert len(list(folder.iterdir())) == 1  # in the place of the older


def test_a_damaged_file_is_made_anew(knowledge: Path, folder: Path, request: pytest.FixtureRequest) -> None:
    """And then used again."""
    _, engine = prepare(knowledge, cache=Cache(folder))
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:-1000] + bytes(1000))
    _, again = prepare(knowledge, cache=Cache(folder))
    assert again.decide(QUESTIONS[0]) == engine.decide(QUESTIONS[0])
    assert file.read_bytes() == whole
    request.getfixturevalue("unread")
    prepare(knowledge, cache=Cache(folder))


def test_knowledge_with_faults_is_refused_as_ever(knowledge: Path, folder: Path) -> None:
    """Whatever is in the cache."""
    prepare(knowledge, cache=Cache(folder))
    (knowledge / "wrong.yaml").write_text("faq: [{id: 1}]", encoding="utf-8")
    with pytest.raises(KnowledgeError):
        prepare(knowledge, cache=Cache(folder))
    (knowledge / "wrong.yaml").write_bytes(b"faq: \xff")
    with pytest.raises(KnowledgeError):
        prepare(knowledge, cache=Cache(folder))
    with pytest.raises(KnowledgeError):
        prepare(knowledge / "nowhere", cache=Cache(folder))


def test_files_changed_while_they_are_read_are_not_kept(
    knowledge: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digest would be of one state and the content of another."""

    def slow(path: Path, **options: Any) -> Any:
        found = load(path, **options)
        (path / "more.yaml").write_text("faq:\n  - {id: new, question: New?, answer: Yes.}\n", encoding="utf-8")
        return found

    monkeypatch.setattr(prepared, "load", slow)
    prepare(knowledge, cache=Cache(folder))
    assert not folder.exists()


def test_little_knowledge_is_not_kept(folder: Path) -> None:
    """Reading it is as fast."""
    prepare(CLUB, cache=Cache(folder))
    assert not folder.exists()


def test_other_code_makes_another_index(
    knowledge: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An update of the program never meets what an older one kept."""
    caplog.set_level(logging.INFO, "bot.cache")
    prepare(knowledge, cache=Cache(folder))
    (file,) = folder.iterdir()
    before = file.read_bytes()
    monkeypatch.setattr(prepared, "_makers", lambda: b"another version")
    prepare(knowledge, cache=Cache(folder))
    assert file.read_bytes() != before
    assert "what it was made from has changed" in caplog.text


def test_the_setting_moves_it_or_switches_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`off`, a folder, or the user's cache folder."""
    assert cache_of(load_settings({"BACKCHANNEL_CACHE": "off"})) is None
    made = cache_of(load_settings({"BACKCHANNEL_CACHE": str(tmp_path / "here")}))
    assert made is not None
    made.write("some", KEY, ARRAYS)
    assert (tmp_path / "here").is_dir()
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / "user" / name)
    made = cache_of(Settings())
    assert made is not None
    made.write("some", KEY, ARRAYS)
    assert (tmp_path / "user" / "backchannel").is_dir()


def test_the_command_line_uses_it(tmp_path: Path) -> None:
    """Two processes one after the other: the second finds what the first kept, and answers the same."""
    environ = {**os.environ, "BACKCHANNEL_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "bot", "ask", "--json", "--knowledge", str(shipped_path())]
    said, files = [], []
    for _ in range(2):
        done = subprocess.run(
            [*command, "What is backchannel diplomacy?"],
            cwd=Path(__file__).parents[1],
            env=environ,
            capture_output=True,
            text=True,
            check=True,
        )
        said.append(done.stdout)
        files.append([(file.name, file.stat().st_ino) for file in (tmp_path / "cache").iterdir()])
    assert said[0] == said[1]
    assert files[0] == files[1]  # not written again
    assert len(files[0]) == 1


# --- what a collection is as text -----------------------------------------------------------

words = st.text(max_size=12)
several = st.lists(words, max_size=3).map(tuple)
dates = st.none() | st.dates(min_value=date(1900, 1, 1))
origins = st.builds(
    Origin, path=st.sampled_from([Path("a.yaml"), Path("b/c.yaml")]), line=st.integers(1), column=st.integers(1)
)
translations = st.builds(Translation, title=st.none() | words, alternates=several, body=st.none() | words)
entries = st.builds(
    Entry,
    id=words, kind=st.sampled_from(["faq", "section"]), title=words, body=words, alternates=several, rejects=several,
    keywords=several, related=several, tags=several, as_of=dates, review_by=dates, owner=st.none() | words,
    pinned=st.booleans(), origin=origins,
    sources=st.lists(st.builds(Source, title=words, url=st.none() | words, date=dates), max_size=2).map(tuple),
    positions=st.lists(st.builds(Position, holder=words, text=words), max_size=2).map(tuple),
    translations=st.dictionaries(words, translations, max_size=2).map(MappingProxyType),
)  # fmt: skip
replies = st.builds(
    StockReply,
    id=words, reason=st.sampled_from(["out_of_scope", "small_talk"]), examples=several, reply=words, origin=origins,
    translations=st.dictionaries(words, words, max_size=2).map(MappingProxyType),
)  # fmt: skip


@given(
    st.builds(
        Collection,
        name=words,
        path=st.just(Path("there")),
        title=words,
        description=words,
        scope=words,
        language=words,
        as_of=dates,
        maintainers=several,
        entries=st.lists(entries, max_size=3).map(tuple),
        synonyms=st.lists(several, max_size=2).map(tuple),
        stock_replies=st.lists(replies, max_size=2).map(tuple),
        version=words,
    )
)
def test_any_collection_comes_back_from_its_texts(made: Collection) -> None:
    """Every field of every noun in it."""
    assert collection_of(list(batches(made))) == made


def test_entries_are_told_in_parts() -> None:
    """So that nobody waits long for one of them."""
    many = Collection(name="many", path=Path("many"), title="Many", version="0", entries=club().entries * 100)
    texts = list(batches(many))
    assert len(texts) > 5
    assert max(map(len, texts)) < 2**20
    assert collection_of(texts) == many
