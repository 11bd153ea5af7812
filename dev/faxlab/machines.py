"""Two fax machines on disk, `office` and `far`: spool folders and modem settings.

The programs read SPOOL/etc, which Debian fills by mounting /etc/hylafax there. Here
it is a real folder, and the programs are called past Debian's wrappers, so that no
mount is ever made.
"""

import os
import pwd
import secrets
import shutil
import subprocess
from pathlib import Path

from stations import (
    EXCHANGE_PORT,
    HOST,
    PASSWORD,
    POOL,
    USER,
    modem_device,
    modem_port,
    number,
    pool_pattern,
)

HOOK = Path(__file__).parents[2] / "medical_fax/static/hylafax/medical-fax-notify"
DEBIAN_SPOOL = Path("/var/spool/hylafax")
DEBIAN_ETC = Path("/etc/hylafax")
FAXSEND = "/usr/lib/hylafax/bin/faxsend"
FAX_USER = "uucp"
SETUP = (
    "setup.cache", "setup.modem", "dialrules", "lutRS18.pcf", "pagesizes",
    "typerules", "hfaxd.conf", "templates", "cover.templ",
)  # fmt: skip

SERVER_CONFIG = """\
SendFaxCmd: "{faxsend} -q {spool}"
NotifyCmd: bin/medical-fax-notify
DialStringRules: etc/dialrules
CountryCode: 1
AreaCode: 514
LongDistancePrefix: 1
InternationalPrefix: 011
LogFileMode: 0644
ServerTracing: 0x1
ModemGroup: "{pool}:{pattern}"
"""

# After Debian's example for iaxmodem. PollLockWait and ModemResetDelay make a modem
# ready again in 14 seconds instead of 33.
DEVICE_CONFIG = """\
CountryCode: 1
AreaCode: 514
FAXNumber: {number}
LongDistancePrefix: 1
InternationalPrefix: 011
DialStringRules: etc/dialrules
ServerTracing: 0x1
SessionTracing: 0xFFF
RecvFileMode: 0644
LogFileMode: 0644
DeviceMode: 0660
RingsBeforeAnswer: 1
SpeakerVolume: off
LocalIdentifier: "{identifier}"
TagLineFont: etc/lutRS18.pcf
TagLineFormat: "From %%l|%c|Page %%P of %%T"
ModemType: Class1
Class1AdaptRecvCmd: AT+FAR=1
Class1TMConnectDelay: 400
ModemResetCmds: AT+VCID=1
PagerTTYParity: none
CallIDPattern: "NMBR="
CallIDPattern: "NAME="
CallIDPattern: "ANID="
CallIDPattern: "NDID="
FaxRcvdCmd: bin/medical-fax-notify
PollLockWait: 2
ModemResetDelay: 100
"""

# `refresh 0` never registers: that is what makes do without a telephone server.
MODEM_CONFIG = """\
device /dev/{device}
owner {fax_user}:{fax_user}
mode 660
port {port}
refresh 0
server {host}:{exchange}
peername {device}
secret none
cidname {identifier}
cidnumber {number}
codec slinear
nodaemon
"""


# The hook's settings have a fixed place; here are two machines.
HOOK_WRAPPER = """\
#!/bin/sh
MEDICAL_FAX_CONF="$PWD/etc/medical-fax.conf" exec bin/medical-fax-hook "$@"
"""
HOOK_CONFIG = """\
URL='{url}'
LOGIN='{login}'
PASSWORD='{password}'
OWNER='{owner}'
"""


def build(folder: Path, name: str, stations: list[int]) -> Path:
    """Make the spool folder of one fax machine with modems of these stations."""
    spool = folder / name
    _like(DEBIAN_SPOOL, spool)
    for source in filter(Path.is_dir, DEBIAN_SPOOL.iterdir()):
        _like(source, spool / source.name)
    _copy(DEBIAN_SPOOL / "bin", spool / "bin")
    for each in SETUP:
        _copy(DEBIAN_ETC / each, spool / "etc" / each)
    values = {"pool": POOL, "pattern": pool_pattern()}
    config = SERVER_CONFIG.format(faxsend=FAXSEND, spool=spool, **values)
    (spool / "etc/config").write_text(config)
    _let_in(spool / "etc/hosts.hfaxd")
    _hook(spool)
    for station in stations:
        values = {
            "device": modem_device(station),
            "identifier": f"{name}-{station}",
            "number": number(station),
            "port": modem_port(station),
            "host": HOST,
            "exchange": EXCHANGE_PORT,
            "fax_user": FAX_USER,
        }
        device = spool / f"etc/config.{modem_device(station)}"
        device.write_text(DEVICE_CONFIG.format(**values))
        modem = folder / modem_device(station)
        modem.write_text(MODEM_CONFIG.format(**values))
    return spool


def _like(source: Path, target: Path) -> None:
    """An empty folder with that one's owner and mode."""
    found = source.stat()
    target.mkdir()
    os.chown(target, found.st_uid, found.st_gid)
    target.chmod(found.st_mode & 0o7777)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)


def _let_in(path: Path) -> None:
    """The list of who may log in; readable by the fax user only, or it is refused."""
    hashed = subprocess.run(
        ["perl", "-e", "print crypt($ARGV[0], $ARGV[1])", PASSWORD,
         f"$6${secrets.token_hex(8)}$"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    path.write_text(f"^{USER}@:200:{hashed}\n")
    _for_fax_user(path)


def _hook(spool: Path) -> None:
    """Our notify hook, as a clinic installs it; it has nobody to tell yet. HylaFAX's
    own scripts would send mail and are no part of a lab."""
    for script in ("notify", "faxrcvd"):
        (spool / "bin" / script).unlink()
    wrapper = spool / "bin/medical-fax-notify"
    wrapper.write_text(HOOK_WRAPPER)
    wrapper.chmod(0o755)
    shutil.copy2(HOOK, spool / "bin/medical-fax-hook")


def tell(spool: Path, url: str, login: str, password: str) -> None:
    """Let a machine's hook tell this address what happens to faxes."""
    values = {"url": url, "login": login, "password": password, "owner": USER}
    settings = spool / "etc/medical-fax.conf"
    unfinished = settings.with_suffix(".new")
    unfinished.write_text(HOOK_CONFIG.format(**values))
    _for_fax_user(unfinished)
    unfinished.rename(settings)


def _for_fax_user(path: Path) -> None:
    """Let nobody else read it."""
    user = pwd.getpwnam(FAX_USER)
    os.chown(path, user.pw_uid, user.pw_gid)
    path.chmod(0o600)
