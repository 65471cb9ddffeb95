"""Renders the pictures of Slack messages in the documentation: what the bot really sends, to the loopback Slack.

    python scripts/slack_pictures.py
    python scripts/slack_pictures.py --check          # draws nothing; exits with 1 if a picture is out of date

Drawing needs `npm` for the package `slack-blocks-to-jsx`, which draws Block Kit as Slack does, and a `chromium`.
Writes docs/pictures/slack-*.png.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pictures import PICTURES, keep, noon, stale

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import slack_moderating

from bot.service import Service
from bot.snapshot import open_snapshot
from bot.store import Store
from tests.fakes.slack_server import SlackServer
from tests.fakes.slack_talk import connected

if TYPE_CHECKING:
    from tests.fakes.slack_records import Post

WIDTH = 720  # pixels
TALLEST = 2_400  # pixels of a page before it is cut to what is shown
PACKAGES = ("slack-blocks-to-jsx@1", "react@18", "react-dom@18", "pngjs@7")
STRANGE = ("When does the library open?", "How do I renew a passport?", "How do I reset my password?")
VAGUE = ("mediation", "talks between the two sides", "peace", "what about Kashmir", "how is the US involved")

# Draws scenes (name, kind, note, title, blocks, buttons) as pages of HTML.
DRAW = """
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
const require = createRequire(process.cwd() + "/");
const { createElement } = require("react");
const { renderToStaticMarkup } = require("react-dom/server");
const { Message } = await import(require.resolve("slack-blocks-to-jsx").replace("index.js", "index.mjs"));
const style = readFileSync(require.resolve("slack-blocks-to-jsx").replace("index.js", "style.css"), "utf8");
const logo = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" rx="8" fill="#1f2937"/>' +
  '<path d="M9 11h18v11H17l-5 5v-5H9z" fill="#fff"/></svg>');
const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
for (const scene of JSON.parse(readFileSync(0, "utf8"))) {
  const drawn = renderToStaticMarkup(createElement(Message, {
    blocks: scene.blocks, logo, name: "Backchannel", time: new Date("2026-01-12T09:41:00"), theme: "light",
  }))
    // What the package says about itself rather than about the message.
    .replaceAll("Requires external data source", "").replaceAll("↵ Please &#x27;enter&#x27; to submit", "");
  const bar = scene.title ? `<div class="bar">${escape(scene.title)}</div>` : "";
  const foot = scene.buttons.length
    ? `<div class="foot">${scene.buttons.map((b) => `<span>${escape(b)}</span>`).join("")}</div>` : "";
  const note = scene.note ? `<div class="note">${escape(scene.note)}</div>` : "";
  writeFileSync(`${scene.name}.html`, `<!doctype html><meta charset="utf-8"><style>${style}
    html, body { margin: 0; background: #fff; }
    body { font-family: Lato, "Noto Sans", "DejaVu Sans", sans-serif; padding: 16px 20px 20px; width: __WIDTH__px;
           box-sizing: border-box; }
    .note { color: #616061; font-size: 13px; margin: 0 0 4px 48px; }
    .view { border: 1px solid #ddd; border-radius: 10px; overflow: hidden; }
    .bar { font-weight: 900; font-size: 20px; padding: 16px 20px; border-bottom: 1px solid #eee; }
    .inside { padding: 8px 20px 16px; }
    .view .inside section > .shrink-0, .view .slack_blocks_to_jsx--header { display: none !important; }
    .foot { display: flex; gap: 8px; justify-content: flex-end; padding: 14px 20px; border-top: 1px solid #eee; }
    .foot span { border: 1px solid #bbb; border-radius: 6px; padding: 7px 14px; font-weight: 700; font-size: 14px; }
    .foot span:last-child { background: #007a5a; border-color: #007a5a; color: #fff; }
  </style>${note}<div class="${scene.kind}">${bar}<div class="inside">${drawn}</div>${foot}</div>`);
}
"""

# Cuts a picture to what is on it, with a margin.
CUT = """
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
const { PNG } = createRequire(process.cwd() + "/")("pngjs");
const [file] = process.argv.slice(2);
const full = PNG.sync.read(readFileSync(file));
const blank = (y) => full.data.subarray(4 * full.width * y, 4 * full.width * (y + 1)).every((byte) => byte === 255);
let height = full.height;
while (height > 1 && blank(height - 1)) height--;
const cut = new PNG({ width: full.width, height: Math.min(height + 16, full.height) });
PNG.bitblt(full, cut, 0, 0, cut.width, cut.height, 0, 0);
writeFileSync(file, PNG.sync.write(cut));
"""


async def scenes() -> list[dict[str, Any]]:
    """Hold the conversations; give what was sent."""
    service = Service(open_snapshot(ROOT / "knowledge"), now=noon)
    decide = service.snapshot.engine.decide
    vague = next(one for one in VAGUE if decide(one).outcome == "suggest")
    strange = next(one for one in STRANGE if decide(one).reason == "unknown")
    found: list[dict[str, Any]] = []
    with Store.open(None) as store:
        async with SlackServer() as slack, connected(slack, service, store):
            for name, question in (
                ("answer", "wat is back channel diplomacy"),
                ("did-you-mean", vague),
                ("unknown", strange),
            ):
                await slack.command("/ask", question)
                found.append(message(name, await slack.post_after(len(found)), "Only visible to you"))
            await slack.mention("what is the main point of contention?")
            found.append(message("thread", await slack.post_after(len(found)), ""))
            await slack.command("/ask", "")
            await slack.until(lambda: slack.views)
            found.append(view("form", next(iter(slack.views.values()))))
            await slack.event({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"})
            await slack.until(lambda: slack.home)
            found.append(view("home", slack.home["U1"]))
    return [*found, *await moderators()]


async def moderators() -> list[dict[str, Any]]:
    """Let two people ask the moderators, and one moderator look; give what was sent."""
    with tempfile.TemporaryDirectory() as folder:
        async with slack_moderating.opened(ROOT / "knowledge", Path(folder)) as (slack, moderation):
            digest = message("week", await slack_moderating.week(slack), "")
            return [view("review", await slack_moderating.queue(slack, moderation)), digest]


def message(name: str, post: Post, note: str) -> dict[str, Any]:
    """Make a scene of a message."""
    return {"name": name, "kind": "message", "note": note, "title": "", "blocks": post.blocks, "buttons": []}


def view(name: str, shown: dict[str, Any]) -> dict[str, Any]:
    """Make a scene of a modal or the Home tab."""
    buttons = [shown[part]["text"] for part in ("close", "submit") if part in shown]
    title = shown.get("title", {}).get("text", "")
    return {"name": name, "kind": "view", "note": "", "title": title, "blocks": shown["blocks"], "buttons": buttons}


def draw(found: list[dict[str, Any]]) -> None:
    """Draw scenes as pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "install", "--silent", *PACKAGES], cwd=folder, check=True)
        Path(folder, "draw.mjs").write_text(DRAW.replace("__WIDTH__", str(WIDTH)), encoding="utf-8")
        Path(folder, "cut.mjs").write_text(CUT, encoding="utf-8")
        subprocess.run(["node", "draw.mjs"], cwd=folder, check=True, input=json.dumps(found), text=True)
        for scene in found:
            page, picture = Path(folder, f"{scene['name']}.html"), PICTURES / f"slack-{scene['name']}.png"
            browser = ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=1"]
            shot = [f"--window-size={WIDTH},{TALLEST}", f"--screenshot={picture}", page.as_uri()]
            subprocess.run([*browser, *shot], check=True, capture_output=True)
            subprocess.run(["node", "cut.mjs", str(picture)], cwd=folder, check=True)
            print(picture.relative_to(ROOT))


def main(*, check: bool) -> int:
    """Draw the pictures, or only say which are out of date."""
    found = asyncio.run(scenes())
    sent = {f"slack-{scene['name']}.png": scene for scene in found}
    if check:
        for name in (old := stale(sent)):
            print(f"docs/pictures/{name}: out of date")
        return 1 if old else 0
    draw(found)
    keep(sent)
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="draw nothing; exit with 1 if a picture is out of date")
    sys.exit(main(check=parser.parse_args().check))
