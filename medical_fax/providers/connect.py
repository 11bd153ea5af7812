"""What a connect wizard asks for, told by each provider in plain data."""

from dataclasses import dataclass

from .values import Value


@dataclass(frozen=True, kw_only=True)
class FormField(Value):
    """One thing to fill in.

    `name` is its key in the provider's credentials or settings. A `secret` is
    typed once, kept where nobody reads it, and never shown again. `choices` are
    (value, label); `other` allows a value that is not among them. Labels and help
    are English source texts.
    """

    name: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    default: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    other: bool = False


@dataclass(frozen=True, kw_only=True)
class ConnectForm(Value):
    """What to do at the provider, step by step, and what to bring from there.

    `callback_steps` say where to enter the address that the provider calls back,
    with the user and password of the credentials `callback_user` and
    `callback_password`, which are made by us; `callback_login` is false where the
    provider can send none, so that the address itself is the secret.
    """

    steps: tuple[str, ...] = ()
    sign_up_url: str = ""
    help_url: str = ""
    credentials: tuple[FormField, ...] = ()
    settings: tuple[FormField, ...] = ()
    callback_steps: tuple[str, ...] = ()
    callback_login: bool = True
