"""A moment that comes once a week, by somebody's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = 24
_UTC = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """An hour of a day of the week."""

    day: int  # Monday is 0
    hour: int
    zone: str = _UTC  # an IANA time zone

    @classmethod
    def parse(cls, text: str) -> Weekly:
        """Read `monday 9` or `friday 17 Asia/Kolkata`. Raises ValueError."""
        day, hour, *zone = text.split()
        made = cls(day=_DAYS.index(day.casefold()), hour=int(hour), zone=" ".join(zone) or _UTC)
        if not 0 <= made.hour < _HOURS:
            raise ValueError(text)
        made._clock()
        return made

    def last(self, now: datetime) -> datetime:
        """Give the latest of these moments that is not after `now`; both know their time zone."""
        there = now.astimezone(self._clock())
        back = timedelta(days=(there.weekday() - self.day) % 7)
        moment = (there - back).replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return moment if moment <= there else moment - timedelta(days=7)

    def _clock(self) -> tzinfo:
        if self.zone == _UTC:  # some systems have no time zones installed
            return UTC
        try:
            return ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, OSError) as error:
            raise ValueError(self.zone) from error
