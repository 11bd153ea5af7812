"""Large documents: uploaded in chunks first, then faxed by their address.

Nothing of an upload faxes anything, so that whatever goes wrong in it is proven not
sent; the one call that may leave its outcome open is the last, which has no body. A
document that is not faxed in the end is deleted there as far as that can be done.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from . import interfax_wire as wire
from .errors import ProviderError
from .failures import FailureKind
from .interfax_calls import InterfaxCalls, unreadable
from .values import SubmitRequest

MORE, COMPLETE = 202, 200  # documented answers to a chunk
# Chunks that are not wanted, by a document that is gone or has them already: another
# try begins with a new document.
AGAIN = ("404", "410", "413", "416", "-1005", "-1062")
DROP_SECONDS = 5


class InterfaxUploads(InterfaxCalls):
    @contextmanager
    def uploads(self, request: SubmitRequest) -> Iterator["Uploads"]:
        """Uploads that are dropped again where the fax is proven not sent."""
        uploads = Uploads(self, request)
        try:
            yield uploads
        except ProviderError as error:
            if error.proven_not_sent:
                uploads.drop()
            raise


class Uploads:
    """The uploads of one submission."""

    def __init__(self, provider: InterfaxUploads, request: SubmitRequest):
        self._provider = provider
        self._request = request
        self._until = provider.ends_at(request)
        self._paths: list[str] = []

    def upload(self, content: bytes, name: str) -> str:
        """The address of a document that is there in full."""
        try:
            path = self._begin(len(content), name)
            step = max(1, int(self._provider.setting("chunk_bytes")))
            for start in range(0, len(content), step):
                self._chunk(path, content, start, start + step)
        except ProviderError as error:
            raise _nothing_sent(error, error.kind) from None
        return self._provider.base_url() + path

    def drop(self) -> None:
        """Delete what was uploaded. An upload that stays is of nobody's use but would
        be a patient's pages at rest; more than trying is not possible."""
        now = self._provider.clock()
        until = min(self._until, now + timedelta(seconds=DROP_SECONDS))
        for path in self._paths if until > now else ():
            try:
                self._provider.once("DELETE", path, until)
            except ProviderError:
                continue

    def _begin(self, size: int, name: str) -> str:
        asked = {
            "size": size,
            "name": name,
            "disposition": "singleUse",
            "sharing": "private",
        }
        answer = self._once("POST", "/outbound/documents", params=asked)
        key = wire.document(answer.headers.get("Location"))
        if key is None:
            raise unreadable()
        path = f"/outbound/documents/{key}"
        self._paths.append(path)
        return path

    def _chunk(self, path: str, content: bytes, start: int, end: int) -> None:
        size = len(content)
        end = min(end, size)
        # Documented so, though it is a header of requests that read.
        headers = {"Range": f"bytes={start}-{end - 1}"}
        try:
            answer = self._once("POST", path, headers=headers, data=content[start:end])
        except ProviderError as error:
            again = error.code in AGAIN
            kind = FailureKind.PROVIDER_UNAVAILABLE if again else error.kind
            raise _nothing_sent(error, kind) from None
        wanted = COMPLETE if end == size else MORE
        received = answer.headers.get("X-Content-Range")
        if answer.status != wanted or not wire.has_all(received, end, size):
            raise ProviderError(
                FailureKind.PROVIDER_UNAVAILABLE,
                proven_not_sent=True,
                code="upload_incomplete",
            )

    def _once(self, method: str, path: str, **content):
        return self._provider.once(method, path, self._until, self._request, **content)


def _nothing_sent(error: ProviderError, kind: FailureKind) -> ProviderError:
    return ProviderError(
        kind,
        proven_not_sent=True,
        code=error.code,
        text=error.text,
        retry_after=error.retry_after,
    )
