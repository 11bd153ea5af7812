"""What goes between a simulator's server and its routes."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def answer(status: int, content: Any, **headers: str) -> Reply:
    """A reply in JSON."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    names.setdefault("Content-Type", "application/json; charset=utf-8")
    return Reply(status, json.dumps(content).encode(), names)


class Refused(Exception):
    """A route's way to say no."""

    def __init__(self, status: int, text: str, **headers: str):
        super().__init__(status, text)
        self.status, self.text, self.headers = status, text, headers


class Reset(Exception):
    """A route's way to break the connection without an answer."""


@dataclass(frozen=True)
class Logged:
    """A request that was read as far as its head. `connection` counts from 1, `at`
    is when, in seconds of `time.monotonic()`."""

    route: str
    method: str
    path: str
    connection: int
    fault: str | None
    at: float = field(default_factory=time.monotonic)
