"""The steps of a moderator's work in Slack, from page to page; they block on files and the database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adapters import slack_intent as intents
from adapters import slack_moderator_views as views
from adapters.slack_blocks import MAX_PLAIN
from adapters.slack_text import Json, literal
from adapters.slack_values import Value
from bot.clamp import clamp
from bot.errors import BackchannelError, EditConflict, EditError, StoreError
from bot.impact import A_WHILE, ENOUGH_TIME
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.slack_intent import Field, Form, Intent
    from bot.learn import Group
    from bot.moderation import Moderator
    from bot.progress import Progress
    from bot.proposal import Made
    from bot.store import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A change that is in force, and whom it answers."""

    made: Made
    group: Group | None
    waiting: tuple[Request, ...]


class Steps:
    """One moderator's steps, in their language. Raises what the moderation raises, except where a page can say it."""

    def __init__(self, moderator: Moderator, locale: str | None, progress: Progress | None = None) -> None:
        self._moderator, self._progress = moderator, progress
        self.left = 0  # questions that the effects shown last have left out
        self.go_on: Callable[[], Json] | None = None  # weighs what is left, and builds the same page with it
        self._locale = locale
        self._words = wording(locale).moderator

    def review(self, value: Value, without: str = "") -> Json:
        """Show the group that holds a question, else the one at a place in the queue."""
        groups = [group for group in self._moderator.queue() if without not in group.keys]
        if not groups:
            return views.said(self._words.nothing_waits, self._locale)
        found = next((number for number, group in enumerate(groups) if value.key in group.keys), None)
        number = value.page % len(groups) if found is None else found
        closest = self._moderator.closest(groups[number])
        return views.group_page(groups[number], closest, (number, len(groups)), self._locale)

    def dismiss(self, value: Value) -> Json:
        """Take a group out of the queue, and show the next."""
        group = self._moderator.find(value.key)
        if group is not None:
            self._moderator.settle(group.keys, "dismissed")
        return self.review(replace(value, key=""), without=value.key)

    def begin(self, intent: Intent) -> Json:
        """Open the form of a change, with its effects where nothing has to be typed first."""
        group = self._group(intent)
        if intent.key and group is None:
            return views.said(self._words.settled, self._locale)
        if intent.task == "edit" and intent.entry_id:
            entry_id = self._moderator.named(intent.entry_id)
            intent = replace(intent, entry_id=entry_id, stamp=self._moderator.present(entry_id)[1])
        form = self._form(intent, group)
        # Nothing has to be typed before the effects of these can be shown.
        if intent.task == "undo" or (intent.task == "alternate" and intent.key):
            return self._weighed(intent, form, {field.name: field.value for field in form.fields})
        return views.change_form(intent, form, self._locale)

    def submit(self, intent: Intent, typed: Mapping[str, str]) -> Json | Finished:
        """Make a change if its effects were shown as it is now, else show them."""
        if intent.task == "edit" and not intent.entry_id:  # it was asked for which
            return self.begin(replace(intent, entry_id=typed.get("entry", "")))
        group = self._group(intent)
        if intent.key and group is None:
            return views.said(self._words.settled, self._locale)
        form = self._form(intent, group)
        try:
            if group is not None and intent.task == "split":
                return self._split(group, intent, typed)
            proposal = intents.propose(self._moderator, intent, _without_reason(typed))
            if intents.mark(proposal) != intent.weighed:
                return self._weighed(intent, form, typed)
            made = self._moderator.make(proposal, typed.get("reason", ""))
        except BackchannelError as error:
            return self._refused(intent, form, typed, error)
        return self._settled(intent, group, made)

    def _split(self, group: Group, intent: Intent, typed: Mapping[str, str]) -> Json:
        keys = typed.get("apart", "").split()
        self._moderator.split(group, keys)
        return self.review(Value(key=keys[0], page=intent.page))

    def _weighed(self, intent: Intent, form: Form, typed: Mapping[str, str], seconds: float = ENOUGH_TIME) -> Json:
        try:
            proposal = intents.propose(self._moderator, intent, _without_reason(typed))
            impact = self._moderator.weigh(proposal, seconds=seconds, progress=self._progress)
        except BackchannelError as error:
            return self._refused(intent, form, typed, error)
        intent, self.left = replace(intent, weighed=intents.mark(proposal)), impact.skipped
        self.go_on = lambda: self._weighed(intent, form, typed, A_WHILE)
        above = views.effects(impact, proposal.diff, self._locale)
        return views.change_form(intent, intents.refilled(form, typed), self._locale, above)

    def _refused(self, intent: Intent, form: Form, typed: Mapping[str, str], error: BackchannelError) -> Json:
        if intent.task == "edit" and isinstance(error, EditConflict):
            return views.conflict(str(error), intents.conflict(error, typed), intent.entry_id, self._locale)
        if intent.task == "undo":
            return views.said(str(error), self._locale)
        above = [literal(clamp(str(error), MAX_PLAIN))]
        return views.change_form(replace(intent, weighed=""), intents.refilled(form, typed), self._locale, above)

    def _settled(self, intent: Intent, group: Group | None, made: Made) -> Finished:
        waiting: tuple[Request, ...] = ()
        if group is not None and intent.verdict is not None:
            try:
                waiting = self._moderator.settle(group.keys, intent.verdict, made.entry_id)
            except StoreError as error:  # the change is in force all the same
                made = replace(made, trouble=str(error))
        return Finished(made=made, group=group, waiting=waiting)

    def _group(self, intent: Intent) -> Group | None:
        return self._moderator.find(intent.key) if intent.key else None

    def _form(self, intent: Intent, group: Group | None) -> Form:
        match intent.task, group:
            case "edit", _ if not intent.entry_id:
                return intents.which_form()
            case "edit", _:
                form = intents.present_form(self._moderator.present(intent.entry_id)[0])
            case "undo", _:
                form = intents.Form(fields=())
            case "retire", _:
                form = intents.retire_form(intent.entry_id, intent.successor)
            case "alternate", found:
                form = intents.phrasing_form(found.text if found else intent.phrasing, intent.entry_id)
            case "new_entry", found:
                form = intents.entry_form(found, self._moderator.prefix(found))
            case "split", found if found is not None:
                return intents.split_form(found)
            case "out_of_scope", found if found is not None:
                form = intents.scope_form(found, self._moderator.prefix(found), self._moderator.stock_ids())
            case _:
                raise EditError(self._words.settled)
        return replace(form, fields=(*form.fields, _reason()))


def _reason() -> Field:
    return intents.Field(name="reason", kind="line", label="reason")


def _without_reason(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in typed.items() if name != "reason"}
