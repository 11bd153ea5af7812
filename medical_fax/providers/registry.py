"""Which providers there are. Other addons add theirs with `@register`."""

from .interface import Provider

PROVIDERS: dict[str, type[Provider]] = {}


def register(cls: type[Provider]) -> type[Provider]:
    """Class decorator: make a provider known by its code.

    Raises ValueError if another class has that code already.
    """
    if PROVIDERS.setdefault(cls.code, cls) is not cls:
        raise ValueError(f"two fax providers have the code {cls.code!r}")
    return cls


def get(code: str) -> type[Provider]:
    """The provider with that code; LookupError names the codes there are."""
    try:
        return PROVIDERS[code]
    except KeyError:
        known = ", ".join(sorted(PROVIDERS))
        raise LookupError(
            f"no fax provider has the code {code!r} (there are: {known})"
        ) from None
