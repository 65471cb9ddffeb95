"""The slash commands and the message menu, in the languages that Discord and the bot share."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.app_commands import Choice, Range, locale_str

from adapters import discord_topics
from adapters.discord_desk import words_of
from adapters.discord_entries import tell
from adapters.discord_guard import apologise, say
from adapters.discord_moderation import Moderation, choices
from adapters.discord_view import layout
from bot.errors import BackchannelError
from bot.limits import Admission
from bot.search import MAX_QUESTION  # noqa: TC001 (the library reads annotations at runtime)
from bot.wording import closest, languages, wording

if TYPE_CHECKING:
    from adapters.discord_desk import Desk
    from adapters.discord_items import Interaction
    from adapters.discord_privacy import Privacy
    from adapters.discord_review import Review
    from bot.store import Store

logger = logging.getLogger(__name__)

_NOBODY = discord.AllowedMentions.none()


class Tree(app_commands.CommandTree[Any]):
    """The commands; whatever fails in one ends as one line to the person."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Apologise; the library would only log."""
        if isinstance(error, app_commands.CheckFailure):
            return  # the check has said why
        if isinstance(error, (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)):
            # A command of an older version, until Discord has the new ones.
            await say(interaction, wording(interaction.locale.value).room.old_button)
            return
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await (tell(interaction, cause) if isinstance(cause, BackchannelError) else apologise(interaction, cause))


class CommandWording(app_commands.Translator):
    """Gives Discord the names and descriptions of commands in each of its languages that the bot speaks."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, _context: app_commands.TranslationContextTypes, /
    ) -> str | None:
        """Look a word up; None leaves Discord with the English."""
        language = closest(locale.value, languages())
        key = string.extras.get("key")
        return wording(language).commands.get(key) if key and language and language != "en" else None


def build(client: discord.Client, desk: Desk, review: Review, privacy: Privacy) -> Tree:
    """Make every command."""
    tree = Tree(
        client,
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )
    _add_ask(tree, desk)
    _add_topics(tree, desk)
    _add_answer_this(tree, desk)
    _add_privacy(tree, privacy)
    tree.add_command(Moderation(desk, review))
    return tree


async def sync(tree: Tree, store: Store) -> None:
    """Tell Discord about the commands if they differ from what it was told last.

    The bot works without: people keep the commands of before, and mentions need none.
    """
    await tree.set_translator(CommandWording())
    commands = [*tree.get_commands(), *tree.get_commands(type=discord.AppCommandType.message)]
    told = {command.qualified_name: command for command in commands}.values()
    payload = [await command.get_translated_payload(tree, tree.translator) for command in told]  # type: ignore[arg-type]  # set above
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    key = f"discord:commands:{tree.client.application_id}"
    if await asyncio.to_thread(store.recall, key) == digest:
        return
    try:
        await tree.sync()
    except (discord.HTTPException, app_commands.AppCommandError) as error:
        logger.warning("the commands could not be brought up to date and are as they were: %s", type(error).__name__)
        return
    store.remember(key, digest)
    logger.info("commands brought up to date")


def named(key: str) -> locale_str:
    """A name or a description in English, with what finds it in the other languages."""
    return locale_str(wording("en").commands[key], key=key)


def _add_ask(tree: Tree, desk: Desk) -> None:
    @tree.command(name=named("ask"), description=named("ask_about"))
    @app_commands.rename(question=named("question"), public=named("public"), reader=named("for"))
    @app_commands.describe(question=named("question_about"), public=named("public_about"), reader=named("for_about"))
    async def ask(
        interaction: Interaction,
        question: Range[str, 1, MAX_QUESTION],
        public: bool = False,
        reader: discord.User | None = None,
    ) -> None:
        asker = desk.asker(interaction)
        # Discord shows an error for what is not answered at all, so each is told.
        if desk.service.admit(asker) is not Admission.ANSWER:
            await say(interaction, wording(asker.locale).room.too_many)
            return
        shown = desk.ask(question, asker, private=not (public or reader) or interaction.guild_id is None)
        if not shown.answered:
            # What is not an answer is nobody else's business.
            shown = shown.privately()
        mentions = _NOBODY
        if reader and not shown.frame.private:
            mentions = discord.AllowedMentions(everyone=False, roles=False, users=[reader])
            shown = shown.led_by(wording(asker.locale).room.answer_for.format(person=reader.mention))
        response = await interaction.response.send_message(
            view=layout(shown.card, shown.frame), ephemeral=shown.frame.private, allowed_mentions=mentions
        )
        if not shown.frame.private and isinstance(response.resource, discord.InteractionMessage):
            desk.posted(asker, response.resource, shown.frame.key, shown.card.entry)

    @ask.autocomplete("question")
    async def complete(interaction: Interaction, current: str) -> list[Choice[str]]:
        return choices(desk, interaction, current)


def _add_topics(tree: Tree, desk: Desk) -> None:
    @tree.command(name=named("topics"), description=named("topics_about"))
    async def topics(interaction: Interaction) -> None:
        asker = desk.asker(interaction)
        view = discord_topics.layout(desk.service.topics(asker), asker.locale, person=asker.person)
        await interaction.response.send_message(view=view, ephemeral=True)


def _add_privacy(tree: Tree, privacy: Privacy) -> None:
    @tree.command(name=named("privacy"), description=named("privacy_about"))
    async def tell(interaction: Interaction) -> None:
        await privacy.tell(interaction)


def _add_answer_this(tree: Tree, desk: Desk) -> None:
    @tree.context_menu(name=named("answer_this"))
    async def answer_this(interaction: Interaction, message: discord.Message) -> None:
        asker = desk.asker(interaction)
        if desk.service.admit(asker) is not Admission.ANSWER:
            await say(interaction, wording(asker.locale).room.too_many)
            return
        shown = desk.ask(words_of(message.content), asker, private=True)
        await interaction.response.send_message(view=layout(shown.card, shown.frame), ephemeral=True)
