"""Dataclasses as JSON with raw bytes beside it: what goes through the pipes.

Never pickle: what comes from the child may have been written by a hostile file.

A frame is the length of its head (4 bytes, big endian), the head (JSON: the value and
the lengths of its blobs), and the blobs.
"""

import dataclasses
import json
import struct
from collections.abc import Mapping

from . import structures
from .job import Job

HEAD = struct.Struct(">I")
LARGEST_HEAD = 256 * 1024 * 1024
_TYPES = {
    name: type_
    for name, type_ in [*vars(structures).items(), ("Job", Job)]
    if dataclasses.is_dataclass(type_)
}


class CodecError(ValueError):
    """A frame that does not say what it should."""


def pack(value):
    """The frame of `value`: plain values, lists, dicts, bytes and our dataclasses."""
    blobs = []
    head = {"value": _plain(value, blobs), "blobs": [len(blob) for blob in blobs]}
    text = json.dumps(head, separators=(",", ":")).encode()
    return b"".join([HEAD.pack(len(text)), text, *blobs])


def read(stream):
    """The next value of a binary stream, or CodecError where it ends too early."""
    (length,) = HEAD.unpack(_exactly(stream, HEAD.size))
    if length > LARGEST_HEAD:
        raise CodecError("head too long")
    try:
        head = json.loads(_exactly(stream, length))
        blobs = [_exactly(stream, int(size)) for size in head["blobs"]]
        return _rich(head["value"], blobs)
    except (TypeError, KeyError, IndexError, AttributeError, ValueError) as error:
        raise CodecError(type(error).__name__) from None


def _exactly(stream, size):
    data = stream.read(size) if size >= 0 else b""
    if len(data) != size:
        raise CodecError("cut")
    return data


def _plain(value, blobs):
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        blobs.append(bytes(value))
        return {"$": "bytes", "n": len(blobs) - 1}
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        fields = {name: _plain(getattr(value, name), blobs) for name in names}
        return {"$": type(value).__name__, "f": fields}
    if isinstance(value, Mapping):
        pairs = [[_plain(k, blobs), _plain(v, blobs)] for k, v in value.items()]
        return {"$": "dict", "p": pairs}
    return [_plain(item, blobs) for item in value]


def _rich(value, blobs):
    if isinstance(value, list):
        return tuple(_rich(item, blobs) for item in value)
    if not isinstance(value, dict):
        return value
    kind = value["$"]
    if kind == "bytes":
        return blobs[value["n"]]
    if kind == "dict":
        return {_rich(k, blobs): _rich(v, blobs) for k, v in value["p"]}
    fields = {name: _rich(item, blobs) for name, item in value["f"].items()}
    return _TYPES[kind](**fields)
