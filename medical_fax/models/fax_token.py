import hashlib
from contextlib import contextmanager
from datetime import datetime, timezone

import psycopg2

from odoo import fields, models
from odoo.tools import SQL

from ..providers.efax_tokens import Token


class FaxToken(models.Model):
    """A token that all workers share, where a provider knows only one at a time.

    Nobody reads it as a record: the clients of providers get it through
    :class:`TokenStore`.
    """

    _name = "fax.token"
    _description = "Fax Provider Token"
    _rec_name = "key"

    key = fields.Char(required=True, help="Digest of whose tokens end each other.")
    value = fields.Char(required=True, groups=fields.NO_ACCESS)
    owner = fields.Char(required=True, groups=fields.NO_ACCESS)
    obtained_at = fields.Datetime(required=True)
    expires_at = fields.Datetime(required=True)
    busy_until = fields.Datetime()

    _key_uniq = models.Constraint("UNIQUE (key)", "There is one token for each key.")

    def _stores(self):
        """Where the clients of providers keep tokens: a function of the key."""
        registry = self.env.registry
        return lambda key: TokenStore(registry, key)


class TokenStore:
    """See `providers.efax_tokens.TokenStore`.

    In transactions of its own: a token counts as soon as the provider gave it,
    whatever becomes of the caller's work. The lock is one of PostgreSQL for the length
    of a transaction, so that it ends with the worker that holds it.
    """

    _names = ("value", "owner", "obtained_at", "expires_at", "busy_until")

    def __init__(self, registry, key):
        self._registry = registry
        self._key = key

    def get(self):
        columns = SQL(", ").join(map(SQL.identifier, self._names))
        query = SQL("SELECT %s FROM fax_token WHERE key = %s", columns, self._key)
        with self._cursor() as cr:
            cr.execute(query)
            row = cr.fetchone()
        return (
            Token(**dict(zip(self._names, map(_aware, row), strict=True)))
            if row
            else None
        )

    def put(self, token):
        values = [_naive(getattr(token, name)) for name in self._names]
        columns = SQL(", ").join(map(SQL.identifier, self._names))
        updates = SQL(", ").join(
            SQL("%(name)s = EXCLUDED.%(name)s", name=SQL.identifier(name))
            for name in self._names
        )
        with self._cursor() as cr:
            cr.execute(
                SQL(
                    "INSERT INTO fax_token (key, %s) VALUES (%s, %s)"
                    " ON CONFLICT (key) DO UPDATE SET %s",
                    columns,
                    self._key,
                    SQL(", ").join(SQL("%s", value) for value in values),
                    updates,
                ),
                log_exceptions=False,  # the statement holds the secret
            )

    @contextmanager
    def lock(self, seconds):
        number = int.from_bytes(
            hashlib.sha256(self._key.encode()).digest()[:8], "big", signed=True
        )
        milliseconds = max(int(seconds * 1000), 1)
        with self._cursor() as cr:
            timeout = f"{milliseconds}ms"
            cr.execute(SQL("SELECT set_config('lock_timeout', %s, TRUE)", timeout))
            cr.execute(
                SQL("SELECT pg_advisory_xact_lock(%s)", number), log_exceptions=False
            )
            yield

    @contextmanager
    def _cursor(self):
        try:
            with self._registry.cursor() as cr:
                yield cr
        except psycopg2.Error:
            # From None: it quotes the statement. Whatever kept us, it is "not now".
            raise TimeoutError from None


def _aware(value):
    if isinstance(value, datetime):
        return value.replace(tzinfo=timezone.utc)
    return value


def _naive(value):
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
