"""The one family of exceptions that leaves this package."""

from .failures import FailureFacts, FailureKind


class ProviderError(Exception):
    """A call to a provider did not succeed.

    `kind` says why. `proven_not_sent` decides whether a fax may ever be sent
    again, so it is true only where it is certain that the provider did not take
    it: the name did not resolve, the connection or TLS failed, or the provider
    answered with a documented refusal. Anything after the first byte of the
    document, and any answer that cannot be read, is false. For calls that change
    nothing it is true; of one that orders or releases a number it says, in the same
    way, whether that is certain not to have happened.

    `code` and `text` are the provider's own words, `retry_after` the seconds it
    asked us to wait. They may quote numbers and names, so they stay out of
    `str()` and `repr()`, which are safe to log. Raise it `from None`: the
    exception of an HTTP library quotes the URL, and a number may stand in it.
    """

    def __init__(
        self,
        kind: FailureKind,
        *,
        proven_not_sent: bool,
        code: str | None = None,
        text: str | None = None,
        retry_after: float | None = None,
    ):
        self.kind = FailureKind(kind)
        self.proven_not_sent = proven_not_sent
        self.code = code
        self.text = text
        self.retry_after = retry_after
        outcome = "proven not sent" if proven_not_sent else "may have been sent"
        super().__init__(f"{self.kind}, {outcome}")

    @property
    def facts(self) -> FailureFacts:
        return self.kind.facts

    @property
    def may_redial(self) -> bool:
        """Whether the fax may be submitted again without asking anyone."""
        return self.proven_not_sent and self.facts.redial


class NotSupported(ProviderError):
    """This provider cannot do that; its capabilities say so beforehand."""

    def __init__(self):
        super().__init__(FailureKind.UNKNOWN, proven_not_sent=True)


class CallbackRefused(ProviderError):
    """A callback that is not the provider's, or that cannot be read."""

    def __init__(self, kind: FailureKind = FailureKind.CREDENTIALS):
        super().__init__(kind, proven_not_sent=True)
