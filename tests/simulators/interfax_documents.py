"""Uploaded documents of the simulated InterFAX: in chunks, and in their order."""

import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from .base import route
from .interfax_books import iso
from .interfax_forms import DOCUMENT, WHOLE, Said, paged, query
from .messages import Reply, Request

MOST_CHUNK = 1 << 20


@dataclass
class Document:
    name: str
    size: int
    disposition: str
    sharing: str
    created_at: datetime
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    content: bytes = field(default=b"", repr=False)
    used_at: datetime | None = None

    @property
    def is_ready(self) -> bool:
        return len(self.content) == self.size


class DocumentRoutes:
    """Mixed into the simulator. `session_status` is what a new upload is answered with:
    201 and 202 were both recorded."""

    @route("POST", "/outbound/documents", "upload")
    def new_document(self, request: Request) -> Reply:
        given = query(request, DOCUMENT, "size", "name")
        size = int(given["size"])
        if request.body:
            raise Said(400, -123, "the document is uploaded in chunks")
        if not 0 < size <= self.most_bytes:
            raise Said(413, -123, "too large")
        document = Document(
            name=given["name"],
            size=size,
            disposition=given.get("disposition", "singleUse"),
            sharing=given.get("sharing", "private"),
            created_at=self.clock(),
        )
        with self.lock:
            self.documents[document.id] = document
        headers = {"Location": self._place(document), "Content-Type": "text/json"}
        return Reply(self.session_status, b"", headers)

    @route("POST", "/outbound/documents/{key}", "chunk")
    def chunk(self, request: Request, key: str) -> Reply:
        with self.lock:
            document = self._document(key)
            if document.is_ready:
                raise Said(413, -1062, "the whole document has been uploaded")
            start, end = self._range(request)
            if start != len(document.content):
                raise Said(416, -1062, "chunks come one after another")
            if end >= document.size:
                raise Said(413, -1062, "more than was announced")
            document.content += request.body
            got = len(document.content)
            headers = {
                "X-Content-Range": f"bytes 0-{got - 1}/{document.size}",
                "Content-Type": "text/json",
            }
            return Reply(200 if document.is_ready else 202, b"", headers)

    @route("GET", "/outbound/documents", "documents")
    def list_documents(self, request: Request) -> Reply:
        given = query(request, {"limit": WHOLE, "offset": WHOLE})
        with self.lock:
            rows = [self._document_row(each) for each in self.documents.values()]
        return self.said(200, paged(rows, given, self.most_rows))

    @route("GET", "/outbound/documents/{key}", "document")
    def get_document(self, request: Request, key: str) -> Reply:
        query(request, {})
        return self.said(200, self._document_row(self._document(key)))

    @route("DELETE", "/outbound/documents/{key}", "drop")
    def drop_document(self, request: Request, key: str) -> Reply:
        query(request, {})
        with self.lock:
            del self.documents[self._document(key).id]
        return Reply(200, b"", {"Content-Type": "text/json"})

    def use(self, place: str) -> Document:
        """An uploaded document by its address; addresses of others are not fetched."""
        found = re.fullmatch(rf"{re.escape(self.url)}/outbound/documents/(\w+)", place)
        with self.lock:
            document = self.documents.get(found[1]) if found else None
            if not document or not document.is_ready:
                raise Said(404, -1062, "Wrong uploaded document resource")
            document.used_at = self.clock()
            if document.disposition.lower() == "singleuse":
                del self.documents[document.id]
        return document

    def _document(self, key: str) -> Document:
        with self.lock:
            if key not in self.documents:
                raise Said(404, -1062, "Wrong uploaded document resource")
            return self.documents[key]

    def _range(self, request: Request) -> tuple[int, int]:
        given = request.headers.get("Range", "")
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", given)
        if not found:
            raise Said(400, -1062, "Range is missing or invalid")
        start, end = int(found[1]), int(found[2])
        if end - start + 1 != len(request.body) or not request.body:
            raise Said(400, -1062, "Range is not that of the body")
        if len(request.body) > MOST_CHUNK:
            raise Said(413, -1062, "a chunk is 1 MB at most")
        return start, end

    def _place(self, document: Document) -> str:
        return f"{self.url}/outbound/documents/{document.id}"

    def _document_row(self, document: Document) -> dict:
        got = len(document.content)
        states = {0: "Created", document.size: "Ready"}
        return {
            "userId": self.user,
            "fileName": document.name,
            "fileSize": document.size,
            "uploaded": got,
            "uri": self._place(document),
            "creationTime": iso(document.created_at),
            "lastusageTime": iso(document.used_at or document.created_at),
            "status": states.get(got, "PartiallyUploaded"),
            "disposition": document.disposition,
            "sharing": document.sharing,
        }
