# Sourced by every script of this folder: names, messages, packages, locks.
# shellcheck shell=bash

set -euo pipefail

REPO="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/medical-fax"
# Short and stable name of this clone: two clones on one machine must neither
# share nor delete each other's databases.
CLONE_ID="$(printf '%s' "$REPO" | sha256sum | cut -c1-8)"
export REPO CACHE CLONE_ID
mkdir -p "$CACHE"

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }

die() {
    printf '\nERROR: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '       %s\n' "$line" >&2; done
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

can_be_root() { [ "$(id -u)" -eq 0 ] || have sudo; }

# Run a command as root, directly or through sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        die "this needs an administrator, and there is no sudo here." \
            "Ask one to run:  $*"
    fi
}

# Run a command as another system user (PostgreSQL refuses to be root).
as_user() {
    local user="$1"
    shift
    if [ "$(id -u)" -eq 0 ]; then
        runuser -u "$user" -- "$@"
    else
        as_root runuser -u "$user" -- "$@"
    fi
}

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Update the package lists unless that was done within the last day.
apt_update() {
    local stamp="$CACHE/apt-updated"
    if [ "${1:-}" != --force ] && [ -n "$(find "$stamp" -mtime -1 2>/dev/null)" ] &&
        [ -n "$(find /var/lib/apt/lists -name '*Packages*' -print -quit)" ]; then
        return
    fi
    say "Updating the package lists"
    as_root apt-get -q update >&2
    touch "$stamp"
}

# Install the Debian packages that are missing.
need_packages() {
    local missing=()
    for package in "$@"; do
        installed "$package" || missing+=("$package")
    done
    [ "${#missing[@]}" -eq 0 ] && return
    have apt-get || die "these packages are missing, and this is not Debian:" \
        "${missing[*]}"
    apt_update
    say "Installing ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        install --no-install-recommends "${missing[@]}" >&2 ||
        die "apt-get could not install: ${missing[*]}"
}

# with_lock NAME COMMAND...: one at a time over all clones of this user.
with_lock() {
    local name="$1"
    shift
    (
        flock -n 9 || {
            say "Waiting for another run of these scripts ($name)"
            flock 9
        }
        "$@"
    ) 9>"$CACHE/$name.lock"
}

# What pip does not bring: libmagic for Odoo's file types.
RUN_PACKAGES=(postgresql libmagic1)
# Chromium for the tours; Tesseract reads our faxes back in four languages.
TEST_PACKAGES=(
    "${RUN_PACKAGES[@]}" chromium fonts-dejavu-core
    tesseract-ocr tesseract-ocr-eng tesseract-ocr-fra tesseract-ocr-rus tesseract-ocr-ell
)

# Debian's psql finds its cluster whatever the port; libpq, and so Odoo, does not.
use_cluster_port() {
    [ -n "${PGHOST:-}${PGPORT:-}" ] && return
    PGPORT="$(psql -X -At -d postgres -c '\echo :PORT' 2>/dev/null)" || return 0
    export PGPORT
}
