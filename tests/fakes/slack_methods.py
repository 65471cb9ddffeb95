"""The Web API methods of the loopback Slack, each refusing what Slack refuses."""

from __future__ import annotations

from tests.fakes.slack_limits import view_problems
from tests.fakes.slack_records import Json, Post
from tests.fakes.tokens import SLACK_TICKET

ACK_LIMIT = 3.0  # seconds that Slack waits for an acknowledgement, and that a trigger id lives


class Methods:
    """One method of the API each, by Slack's name for it; SlackServer keeps what they change."""

    def _on_auth_test(self, _fields: Json, token: str) -> Json:
        team = next((c["team"]["id"] for c in self.oauth_codes.values() if c["access_token"] == token), self.team)
        return {"team_id": team, "user_id": self.me, "bot_id": self.bot_id, "team": "Loopback", "url": self.base}

    def _on_apps_connections_open(self, _fields: Json, _token: str) -> Json:
        return {"url": f"ws://127.0.0.1:{self.port}/link?ticket={SLACK_TICKET}&app_id={self.app_id}"}

    def _on_chat_postMessage(self, fields: Json, _token: str) -> Json:  # noqa: N802 (Slack's name)
        if error := self._refused(fields, "message"):
            return {"error": error}
        channel = fields["channel"]
        if channel != "C404" and self.me in self.members.get(channel, {self.me}):
            post = Post(
                channel, self.ts(), self.me, fields["text"], fields.get("blocks", []), fields.get("thread_ts"),
                options=fields,
            )  # fmt: skip
            self.posts.append(post)
            conversation = f"D{channel[1:]}" if channel.startswith("U") else channel
            return {"channel": conversation, "ts": post.ts, "message": {"text": post.text, "ts": post.ts}}
        return {"error": "not_in_channel"}

    def _on_chat_postEphemeral(self, fields: Json, _token: str) -> Json:  # noqa: N802
        if error := self._refused(fields, "ephemeral"):
            return {"error": error}
        channel, user = fields["channel"], fields["user"]
        if user not in self.members.get(channel, {user}):
            return {"error": "user_not_in_channel"}
        post = Post(
            channel, self.ts(), self.me, fields["text"], fields.get("blocks", []), fields.get("thread_ts"), user,
            options=fields,
        )  # fmt: skip
        self.posts.append(post)
        return {"message_ts": post.ts}

    def _on_chat_update(self, fields: Json, _token: str) -> Json:
        if error := self._refused(fields, "message"):
            return {"error": error}
        for post in self.posts:
            if (post.channel, post.ts, post.to, post.deleted) == (fields["channel"], fields["ts"], None, False):
                post.text, post.blocks = fields["text"], fields.get("blocks", [])
                return {"channel": post.channel, "ts": post.ts, "text": post.text}
        return {"error": "message_not_found"}

    def _on_chat_delete(self, fields: Json, _token: str) -> Json:
        for post in self.posts:
            if (post.channel, post.ts, post.to) == (fields["channel"], fields["ts"], None):
                post.deleted = True
                return {"channel": post.channel, "ts": post.ts}
        return {"error": "message_not_found"}

    def _on_views_open(self, fields: Json, _token: str) -> Json:
        made = self._triggers.pop(fields.get("trigger_id", ""), None)
        if made is None:
            return {"error": "exchanged_trigger_id"}
        if self._now() - made > ACK_LIMIT:
            return {"error": "expired_trigger_id"}
        return self._keep_view(fields["view"], f"V{next(self._numbers):08}")

    def _on_views_push(self, fields: Json, token: str) -> Json:
        return self._on_views_open(fields, token)

    def _on_views_update(self, fields: Json, _token: str) -> Json:
        if fields.get("view_id") not in self.views:
            return {"error": "not_found"}
        if "hash" in fields and fields["hash"] != self.views[fields["view_id"]].get("hash"):
            return {"error": "hash_conflict"}
        return self._keep_view(fields["view"], fields["view_id"])

    def _on_views_publish(self, fields: Json, _token: str) -> Json:
        answer = self._keep_view(fields["view"], f"V{next(self._numbers):08}")
        if "view" in answer:
            self.home[fields["user_id"]] = answer["view"]
        return answer

    def _keep_view(self, view: Json, view_id: str) -> Json:
        if problems := view_problems(view):
            self.refusals += problems
            return {"error": "invalid_arguments", "response_metadata": {"messages": problems}}
        kept = self.views[view_id] = view | {"id": view_id, "hash": str(next(self._numbers)), "root_view_id": view_id}
        return {"view": kept}

    def user(self, user: str) -> Json:
        """Give a person's profile; one that was not set up is an ordinary member here."""
        profile = {"id": user, "team_id": self.team, "name": user.lower(), "locale": "en-US", "is_bot": False}
        return profile | {"is_admin": False, "is_owner": False, "is_restricted": False} | self.users.get(user, {})

    def _on_users_info(self, fields: Json, _token: str) -> Json:
        return {"user": self.user(fields["user"])}

    def _on_usergroups_users_list(self, fields: Json, _token: str) -> Json:
        group = fields["usergroup"]
        return {"users": self.groups[group]} if group in self.groups else {"error": "no_such_subteam"}

    def _on_files_getUploadURLExternal(self, fields: Json, _token: str) -> Json:  # noqa: N802
        key = f"F{next(self._numbers):08}"
        self.files[key] = {"filename": fields["filename"], "alt_txt": fields.get("alt_txt", ""), "content": b""}
        return {"file_id": key, "upload_url": f"{self.base}/upload/{key}"}

    def _on_files_completeUploadExternal(self, fields: Json, _token: str) -> Json:  # noqa: N802
        if not str(fields.get("channel_id", "")).startswith(("C", "G", "D")):
            return {"error": "invalid_arguments"}
        for one in fields["files"]:
            self.files[one["id"]]["channel"] = fields["channel_id"]
        return {"files": fields["files"]}

    def _on_conversations_open(self, _fields: Json, _token: str) -> Json:
        return {"channel": {"id": "D1"}}

    def _on_assistant_threads_setSuggestedPrompts(self, _fields: Json, _token: str) -> Json:  # noqa: N802
        return {}

    def _on_oauth_v2_access(self, fields: Json, _token: str) -> Json:
        return self.oauth_codes.get(str(fields.get("code")), {"error": "invalid_code"})
