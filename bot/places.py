"""What is set for each place: a channel's settings go before its server's, those before its platform's."""

# ruff: noqa: RUF009 (declare is dataclasses.field with its documentation)
from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bot.config import Settings
from bot.limits import Rate
from bot.model import Asker, Origin, Problem
from bot.setting import declare, find_values, language_tag, plain_text, remedy, texts, values_in, whole_number
from bot.settings_file import SettingsFile, refused
from bot.wording import closest, languages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.model import Knowledge, Level
    from bot.setting import Value

AutoAnswer = Literal["no", "private", "public"]  # private: for the asker's eyes alone
PLACES = "places"  # the table of a platform's places, by their ids

_RATE = re.compile(r"(?P<count>\d{1,6}) in (?P<time>\d{1,6}) ?(?P<unit>s|min|h)")
_SECONDS = {"s": 1, "min": 60, "h": 3600}


def _names(value: str, base: Path) -> frozenset[str]:
    if not (found := texts(value, base)):
        raise ValueError(value)
    return found


def _rate(value: str, _base: Path) -> Rate | None:
    if value == "none":
        return None
    found = _RATE.fullmatch(value)
    if not found or not int(found["count"]) or not int(found["time"]):
        raise ValueError(value)
    return Rate(count=int(found["count"]), seconds=float(int(found["time"]) * _SECONDS[found["unit"]]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is set for one place. A platform declares the ids that it knows anew, by its own rules."""

    collections: frozenset[str] | None = declare(
        None,
        _names,
        takes=list,
        expects='the folder of a collection such as `"harbour"`, or a list of them',
        default="all that are loaded",
        meaning="What is known here: answers, suggestions, topics, the queue and edits keep to these collections.",
    )
    language: str | None = declare(
        None,
        language_tag,
        expects="a language tag such as `en` or `pt-BR`",
        default="each reader's own",
        meaning="The language that answers are in here, unless the question is in another one.",
    )
    auto_answer: AutoAnswer = declare(
        "no",
        plain_text,
        expects="`no`, `private` or `public`",
        default="`no`",
        meaning="Whether questions are answered here that nobody put to the bot.",
    )
    auto_answer_hourly: int = declare(
        6,
        whole_number(0),
        takes=int,
        expects="a number",
        default="`6`",
        meaning="Unasked answers in one channel within an hour, at most.",
    )
    moderators: frozenset[str] = declare(
        frozenset(),
        texts,
        takes=(list, int),
        expects="ids",
        default="none",
        meaning="Who moderates here.",
    )
    moderator_channel: str = declare(
        "",
        plain_text,
        takes=int,
        expects="a channel's id",
        default="none",
        meaning='Where questions go that people send with "Ask the moderators", and notices for moderators.',
    )
    min_people: int = declare(
        3,
        whole_number(1),
        takes=int,
        expects="a number, at least 1",
        default="`3`",
        meaning="How many people have to ask alike before moderators see it, unless the asker sends it to them.",
    )
    person_limit: Rate | None = declare(
        Rate(count=20, seconds=30.0),
        _rate,
        expects="questions in a time such as `20 in 30 s` or `100 in 5 min`, or `none`",
        default="`20 in 30 s`",
        meaning="How many questions of one person are answered.",
    )
    place_limit: Rate | None = declare(
        Rate(count=1_000, seconds=60.0),
        _rate,
        expects="questions in a time such as `1000 in 1 min`, or `none`",
        default="`1000 in 1 min`",
        meaning="How many questions are answered in one channel, whoever asks.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A platform's part of the settings: a table for what the process needs, and what its places may set."""

    name: str  # of the table, and of the platform in an Asker
    settings: type[Any]
    place: type[Place]
    place_id: re.Pattern[str]
    expects: str  # what a place's id looks like

    @property
    def keys(self) -> frozenset[str]:
        """What may stand in the platform's table."""
        return frozenset((PLACES, *(one.name for kind in (self.settings, self.place) for one in fields(kind))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What is set at one width: for a platform everywhere, or for one of its places."""

    platform: Platform
    place: str  # an id; empty for everywhere
    values: Mapping[str, Value]


class Places:
    """What is set for every place; never changed, only replaced."""

    def __init__(self, layers: Iterable[Layer] = (), file: SettingsFile | None = None) -> None:
        self._layers: dict[str, dict[str, Layer]] = {}  # by platform, then by place
        for one in layers:
            self._layers.setdefault(one.platform.name, {})[one.place] = one
        self.file = file
        self._made: dict[tuple[str, ...], Place] = {}
        automatic = (one for one in self.layers if "auto_answer" in one.values)
        self._auto = {one.platform.name for one in automatic if one.values["auto_answer"].value != "no"}

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Everything that is set, each platform's everywhere first."""
        return tuple(one for layers in self._layers.values() for one in layers.values())

    def of(self, asker: Asker) -> Place:
        """Give what is set where somebody asks: each setting by the narrowest place that sets it."""
        layers = self._layers.get(asker.platform, {})
        wanted = dict.fromkeys(("", asker.tenant, asker.place, asker.thread))
        names = (asker.platform, *[name for name in wanted if name in layers])
        if names not in self._made:
            values: dict[str, Any] = {}
            for name in names[1:]:
                values |= {key: one.value for key, one in layers[name].values.items()}
            kind = next((one.platform.place for one in layers.values()), Place)
            self._made[names] = kind(**values)
        return self._made[names]

    def all_of(self, platform: str) -> tuple[Place, ...]:
        """Give what is set for each of a platform's places, and everywhere else."""
        layers = (one for one in self.layers if one.platform.name == platform)
        return tuple(self.of(Asker(platform=platform, place=one.place)) for one in layers)

    def moderator_channels(self, platform: str) -> dict[str, str]:
        """Give every channel that moderators are told things in, with the place that it was set for, empty for all."""
        found: dict[str, str] = {}
        for layer in self.layers:
            value = layer.values.get("moderator_channel")
            if layer.platform.name == platform and value and value.value:
                found.setdefault(str(value.value), layer.place)
        return found

    def auto_answers(self, platform: str) -> bool:
        """Whether questions are answered unasked anywhere on a platform."""
        return platform in self._auto

    def problems(self, knowledge: Knowledge) -> tuple[Problem, ...]:
        """Compare with the knowledge: errors for collections that are not there, warnings for languages not spoken."""
        names = sorted(one.name for one in knowledge.collections)
        spoken = {*languages(), *(one.language for one in knowledge.collections)}
        spoken.update(tag for entry in knowledge.by_id.values() for tag in entry.translations)
        found: list[Problem] = []
        for layer in self.layers:
            if value := layer.values.get("collections"):
                for name in sorted(set(value.value) - set(names)):  # type: ignore[call-overload]  # names, as parsed
                    message = f"there is no collection {name!r}; {remedy(name, names, 'the collections are')}"
                    found.append(self._problem(value, "unknown-collection", message, "error"))
            if (value := layer.values.get("language")) and closest(str(value.value), spoken) is None:
                near = remedy(str(value.value), sorted(spoken), "there is")
                message = f"nothing is written in {value.value!r}; {near}"
                found.append(self._problem(value, "unknown-language", message, "warning"))
        return tuple(found)

    def _problem(self, value: Value, code: str, message: str, level: Level) -> Problem:
        if self.file is not None and value.keys:
            return self.file.problem(value.keys, code, message, level=level)
        variable = Origin(path=Path(value.variable), line=1, column=1)
        return Problem(origin=variable, level=level, code=code, message=message)


def read_places(platforms: Sequence[Platform], environ: Mapping[str, str], path: Path | None) -> Places:
    """Read what is set for the platforms' places. Raises ConfigError with every problem of the settings file."""
    file = SettingsFile.read(path) if path else None
    if file is not None and (problems := check_file(platforms, file)):
        raise refused(problems)
    return Places((layer for one in platforms for layer in _layers(one, environ, file)), file)


def check_file(platforms: Sequence[Platform], file: SettingsFile) -> list[Problem]:
    """Find every problem of the settings file that can be told without the knowledge, in the order of the file."""
    problems = list(values_in(file, Settings, ())[1])
    tables = [one.name for one in platforms]
    for name, written in file.content.items():
        if isinstance(written, dict) and name not in tables:
            message = f"there is no table [{name}]; {remedy(name, tables, 'the tables are')}"
            problems.append(file.problem((name,), "unknown-setting", message))
    for platform in platforms:
        for kind in (platform.settings, platform.place):
            problems += values_in(file, kind, (platform.name,), also=platform.keys)[1]
        problems += _check_places(platform, file)
    return sorted(dict.fromkeys(problems), key=lambda one: (one.origin.line, one.origin.column))


def at_start(platforms: Sequence[Platform], file: SettingsFile | None) -> dict[str, object]:
    """Give what a settings file says that is read only at the start, as it is written, by its name in the file."""
    if file is None:
        return {}
    found = {name: value for name, value in file.content.items() if not isinstance(value, dict)}
    for platform in platforms:
        table, own = file.table(platform.name), {one.name for one in fields(platform.settings)}
        for key, value in table.items() if isinstance(table, dict) else ():
            if key in own:
                found[f"{platform.name}.{key}"] = value
    return found


def _check_places(platform: Platform, file: SettingsFile) -> Iterator[Problem]:
    keys = (platform.name, PLACES)
    places = file.table(*keys)
    if not isinstance(places, dict):
        yield file.problem(keys, "wrong-setting", f"{PLACES} is a table; write [{platform.name}.{PLACES}.<id>].")
        return
    for place in places:
        if not platform.place_id.fullmatch(place):
            message = f"{place!r} is no place; {platform.expects} is expected."
            yield file.problem((*keys, place), "unknown-place", message)
        yield from values_in(file, platform.place, (*keys, place))[1]


def _layers(platform: Platform, environ: Mapping[str, str], file: SettingsFile | None) -> Iterator[Layer]:
    values = find_values(platform.place, environ, file, table=platform.name, also=platform.keys)
    yield Layer(platform=platform, place="", values=values)
    if file is None:
        return
    places = file.table(platform.name, PLACES)
    for place in places if isinstance(places, dict) else ():
        found, _ = values_in(file, platform.place, (platform.name, PLACES, place))
        yield Layer(platform=platform, place=place, values=found)
