"""The webhooks of the simulated Documo: in the new and in the legacy form."""

import json
import random
import uuid
from datetime import datetime
from typing import Any

from .base import route
from .callbacks import Sent, basic, post
from .documo_books import Fax, iso
from .documo_forms import json_or_urlencoded
from .messages import Refused, Reply, Request, answer

FIELDS = {
    "name", "url", "events", "auth", "accountId", "numberId", "notificationEmails",
    "enabled", "attachmentEnabled",
}  # fmt: skip
WORDS = {"success": "succeed", "failed": "failed"}
Told = tuple[dict[str, str], bytes]
BOUNDARY = "----documo7MA4YWxkTrZu0gW"


class WebhookRoutes:
    """Mixed into the simulator. There is no /v1 in front of these."""

    @route("GET", "/webhooks", "webhooks")
    def list_webhooks(self, request: Request) -> Reply:
        return answer(200, {"rows": [_shown(each) for each in self.webhooks.values()]})

    @route("POST", "/webhooks", "webhook_new")
    def new_webhook(self, request: Request) -> Reply:
        values = json_or_urlencoded(request, FIELDS)
        if not (values.get("name") and values.get("url")):
            raise Refused(400, "name and url are required")
        now = iso(self.clock())
        hook = {"enabled": True, "createdAt": now, "updatedAt": now} | values
        hook["uuid"] = str(uuid.uuid4())
        self.webhooks[hook["uuid"]] = hook
        return answer(200, _shown(hook))

    @route("PATCH", "/webhooks/{key}", "webhook_change")
    def change_webhook(self, request: Request, key: str) -> Reply:
        hook = self._hook(key)
        hook.update(json_or_urlencoded(request, FIELDS))
        return answer(200, _shown(hook))

    @route("DELETE", "/webhooks/{key}", "webhook_delete")
    def delete_webhook(self, request: Request, key: str) -> Reply:
        del self.webhooks[self._hook(key)["uuid"]]
        return Reply(204)

    def _hook(self, key: str) -> dict[str, Any]:
        if key not in self.webhooks:
            raise Refused(404, "Webhook not found")
        return self.webhooks[key]

    # --- Calling back by itself --------------------------------------------------

    def announce(self, fax: Fax) -> None:
        """Plan the callbacks of a fax which has just got into the books."""
        for hook in self.webhooks.values():
            if not hook["enabled"]:
                continue
            moments = [fax.ends_at]
            if "fax.outbound.extended" in _events(hook):
                moments = [fax.created_at, fax.sends_at, fax.ends_at]
            for moment in moments:
                seconds = max(0.0, (moment - self.clock()).total_seconds())
                for event in self._events_of(fax, hook, moment):
                    told = self.callback(fax, event, moment=moment)
                    self._plan(seconds, hook, told)
                    lie = self.callback(fax, event, "success", moment)
                    self._plan_lies(seconds, hook, lie)

    def _plan(self, seconds: float, hook: dict, told: Told) -> None:
        for _copy in range(self.callback_times):
            late = seconds + self._random.uniform(0, self.callback_spread)
            self.timeline.after(late, lambda: self._send(hook, told))

    def _plan_lies(self, seconds: float, hook: dict, lie: Told) -> None:
        """A stranger who knows the address, but not the password."""
        headers, body = lie
        headers = headers | {"Authorization": basic("somebody", "wrong")}
        for _copy in range(self.callbacks_forged):
            late = seconds + self._random.uniform(0, self.callback_spread)
            self.timeline.after(
                late, lambda: self.called_back.append(post(hook["url"], headers, body))
            )

    def _events_of(self, fax: Fax, hook: dict, moment) -> list[str]:
        """Which of the events that it subscribed to concern this fax."""
        word = WORDS.get(fax.status(moment))
        over = moment >= fax.ends_at
        new = f"fax.v1.{fax.direction}."
        names = {"fax.outbound.extended"} if fax.direction == "outbound" else set()
        if over:
            names |= {f"fax.{fax.direction}", f"{new}complete", f"{new}{word}"}
        return [event for event in _events(hook) if event in names]

    def _send(self, hook: dict, told: Told, pauses: list | None = None) -> None:
        pauses = list(self.callback_retries) if pauses is None else pauses
        headers, body = told
        if hook.get("auth"):
            headers = headers | {"Authorization": basic(*hook["auth"].split(":", 1))}
        sent = post(hook["url"], headers, body)
        self.called_back.append(sent)
        if pauses and not 200 <= (sent.status or 0) < 300:
            self.timeline.after(pauses[0], lambda: self._send(hook, told, pauses[1:]))

    # --- Calling back by hand ----------------------------------------------------

    def callback(
        self,
        fax: Fax,
        event: str,
        status: str | None = None,
        moment: datetime | None = None,
    ) -> Told:
        """Headers and body of a callback, without its authorization: as things
        stand at that moment, else now; `status` is a lie."""
        row = fax.row(moment or self.clock(), self._account) | {"deviceId": None}
        row["status"] = status or row["status"]
        data = json.dumps(row).encode()
        if event.startswith("fax.v1."):
            headers = {"Content-Type": "application/json", "x-webhook-event": event}
            return headers, data
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="data"'.encode(),
            b"\r\n\r\n" + data + b"\r\n",
        ]
        if fax.direction == "inbound":
            parts += [
                f"--{BOUNDARY}\r\nContent-Disposition: form-data;"
                f' name="attachment"; filename="fax.pdf"'.encode(),
                b"\r\nContent-Type: application/pdf\r\n\r\n" + fax.document + b"\r\n",
            ]
        parts.append(f"--{BOUNDARY}--\r\n".encode())
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return {"Content-Type": kind}, b"".join(parts)

    def call_back(
        self,
        url: str,
        auth: str = "",
        keys: list[str] | None = None,
        event: str = "fax.v1.outbound.complete",
        times: int = 1,
        order: str = "given",
        status: str | None = None,
        unknown: int = 0,
    ) -> list[int | None]:
        """Call back about these faxes (all that were sent), now; gives the statuses
        answered. `order` is given, reversed or shuffled; `auth` "user:password";
        `status` a lie; `unknown` as many ids that were never given out."""
        with self.lock:
            mine = [each for each in self.faxes.values() if each.direction in event]
            faxes = [self.faxes[key] for key in keys] if keys is not None else mine
        calls = [
            self.callback(fax, event, status) for fax in faxes for _ in range(times)
        ]
        for _call in range(unknown):
            stranger = Fax(**{**vars(faxes[0]), "uuid": str(uuid.uuid4())})
            calls.append(self.callback(stranger, event, status))
        if order == "reversed":
            calls.reverse()
        elif order == "shuffled":
            random.Random(self.seed).shuffle(calls)
        sent: list[Sent] = []
        for headers, body in calls:
            if auth:
                headers["Authorization"] = basic(*auth.split(":", 1))
            sent.append(post(url, headers, body))
        self.called_back += sent
        return [each.status for each in sent]


def _events(hook: dict) -> list[str]:
    """As a list or as a text: the documentation does not say which."""
    events = hook.get("events") or []
    return events.split(",") if isinstance(events, str) else events


def _shown(hook: dict) -> dict[str, Any]:
    """A webhook as the API shows it: never with its password."""
    names = ("uuid", "name", "url", "enabled", "accountId", "createdAt", "updatedAt")
    shown = {name: hook.get(name) for name in names}
    shown["authType"] = "basic" if hook.get("auth") else None
    return shown | {"attachmentEnabled": bool(hook.get("attachmentEnabled"))}
