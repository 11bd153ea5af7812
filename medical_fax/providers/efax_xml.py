"""XML from strangers, and XML for them.

Reading: no document type at all, hence no entities, no external files and none that
grow without end; nothing is ever fetched. Size, depth and number of elements are
bounded. Done with expat rather than lxml, whose parser takes either no text above ten
megabytes (a long fax in base64) or texts, names and depths without any limit.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

MOST_DEPTH = 20
MOST_ELEMENTS = 5000

# What XML 1.0 cannot hold, not even as a reference.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Refused(Exception):
    """Not XML that we take."""


@dataclass
class Node:
    """An element: its name in small letters without a prefix, its own text, and the
    elements in it. Attributes are left out: nobody here uses any."""

    name: str
    text: str = field(default="", repr=False)
    nodes: "list[Node]" = field(default_factory=list, repr=False)

    def find(self, path: str) -> "Node | None":
        """The first element on a path of names such as "a/b"."""
        return next(self.all(path), None)

    def all(self, path: str) -> "Iterator[Node]":
        name, _slash, rest = path.lower().partition("/")
        for node in self.nodes:
            if node.name == name:
                yield from node.all(rest) if rest else (node,)

    def said(self, path: str) -> str:
        """The text of the first element on a path, or ""."""
        node = self.find(path)
        return node.text.strip() if node else ""


def parse(data: bytes, most: int) -> Node | None:
    """The root of a document of at most `most` bytes; None for all else."""
    data = data.strip()
    if not data or len(data) > most:
        return None
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except (expat.ExpatError, _Refused, ValueError, LookupError):
        return None
    return reader.root


class _Reader:
    def __init__(self):
        self.root: Node | None = None
        self._open: list[tuple[Node, list[str]]] = []
        self._elements = 0
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
        parser.ExternalEntityRefHandler = _refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def _start(self, name, _attributes):
        self._elements += 1
        if self._elements > MOST_ELEMENTS or len(self._open) >= MOST_DEPTH:
            raise _Refused
        node = Node(name.rpartition(":")[2].lower())
        if self._open:
            self._open[-1][0].nodes.append(node)
        else:
            self.root = node
        self._open.append((node, []))

    def _end(self, _name):
        node, parts = self._open.pop()
        node.text = "".join(parts)

    def _text(self, text):
        self._open[-1][1].append(text)


def _refuse(*_args):
    raise _Refused


def element(name: str, *content: str) -> str:
    """An element of a text, or of other elements (see `plain`)."""
    return f"<{name}>{''.join(content)}</{name}>"


def plain(text: str) -> str:
    """A text as it may stand in an element."""
    return escape(_UNWRITABLE.sub("", text))


def document(root: str) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>' + root
