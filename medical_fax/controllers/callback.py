import re
from urllib.parse import urlencode

from werkzeug.exceptions import BadRequest, NotFound, RequestEntityTooLarge

from odoo import SUPERUSER_ID, http
from odoo.http import request

from ..providers import CallbackRefused, FailureKind, ProviderError

MOST_BYTES = 32 << 20  # an older kind of callback has the pages of the fax beside it
MOST_BODY = 1 << 20  # what is read of it
NONCE = re.compile(r"[\w-]{16,64}", re.ASCII)
BOUNDARY = "medical-fax-callback"


class FaxCallbackController(http.Controller):
    """Providers calling back. What they say is stored as a hint and answered at once;
    the queue asks the provider then. Nothing of a body is logged."""

    @http.route(
        "/medical_fax/callback/<string:token>",
        type="http",
        auth="none",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        max_content_length=MOST_BYTES,
    )
    def callback(self, token, **_kwargs):
        # Nobody is logged in: the token names the account, the provider's client
        # checks who calls.
        request.update_env(user=SUPERUSER_ID)
        account = request.env["fax.account"]._by_callback_token(token)
        if not account:
            raise NotFound()
        if request.httprequest.method == "POST":
            return self._take(account)
        return self._probe(account)

    def _take(self, account):
        if account.state == "disconnected" or not account.has_callbacks:
            raise NotFound()
        headers, body = self._content(request.httprequest)
        query = dict(request.httprequest.args)
        try:
            callback = account._provider().parse_callback(headers, body, query)
        except CallbackRefused as refused:
            known = refused.kind is not FailureKind.CREDENTIALS
            return request.make_response("", status=400 if known else 401)
        except ProviderError:
            raise BadRequest() from None
        request.env["fax.message"]._receive_pushed(account, callback.hints)
        request.env["fax.hint"]._store(account, callback.hints)
        return request.make_response(
            callback.reply, [("Content-Type", callback.reply_type)]
        )

    def _probe(self, account):
        """Show that calls to this address arrive at this database."""
        nonce = request.httprequest.args.get("probe", "")
        if not NONCE.fullmatch(nonce):
            raise NotFound()
        headers = [("Content-Type", "text/plain"), ("Cache-Control", "no-store")]
        return request.make_response(account._probe_answer(nonce), headers)

    def _content(self, received):
        """Headers and body as they came. Odoo has read forms already: those are put
        together again, without the files beside the values."""
        headers = dict(received.headers)
        form = received.form.items(multi=True)
        if received.mimetype == "multipart/form-data":
            headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
            return headers, self._multipart(form)
        if received.mimetype == "application/x-www-form-urlencoded":
            return headers, urlencode(list(form)).encode()
        if (received.content_length or 0) > MOST_BODY:
            raise RequestEntityTooLarge()
        body = received.get_data()
        if len(body) > MOST_BODY:  # sent in chunks, without saying how much
            raise RequestEntityTooLarge()
        return headers, body

    def _multipart(self, values):
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
            f"{value}\r\n".encode()
            for name, value in values
            if re.fullmatch(r"\w+", name, re.ASCII) and BOUNDARY not in value
        ]
        return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])
