#!/usr/bin/env bash
# Print the folder of the virtual environment that holds Odoo's dependencies, the
# addons' and the tools, made if needed. Its name is a hash of what is in it, so
# that other clones reuse it and a change of requirements makes a new one.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

ODOO_ROOT="$("$REPO/dev/odoo.sh")"
REQUIREMENTS="$REPO/dev/requirements.txt"

# A system Python before one of pyenv and the like: it is what Debian users have.
find_python() {
    for python in /usr/bin/python3 python3; do
        if have "$python" && "$python" -c \
            'import sys, venv, ensurepip; assert (3, 10) <= sys.version_info < (3, 14)' \
            2>/dev/null; then
            echo "$python"
            return
        fi
    done
    return 1
}

build() {
    local folder="$1" python="$2"
    [ -f "$folder/complete" ] && return
    # Environments that no clone used for two weeks make room.
    find "$CACHE" -maxdepth 2 -path '*/venv-*/complete' -mtime +14 -printf '%h\0' |
        xargs -0 -r rm -rf
    # Built in place, as its scripts name their own path; only the marker written
    # last makes it count. Run again after an interruption, pip goes on from its
    # own cache of downloads.
    say "Installing Python packages (about 400 MB)"
    "$python" -m venv "$folder"
    local log="$folder/install.log"
    "$folder/bin/pip" install --disable-pip-version-check --no-input \
        --progress-bar off --requirement "$REQUIREMENTS" 2>&1 | tee "$log" |
        { grep --line-buffered -E '^(Collecting|  Downloading|Installing|ERROR)' || true; } >&2 ||
        die "pip could not install $REQUIREMENTS (run again to resume)." "Log: $log"
    # These ask for the package `odoo`, which no index has.
    "$folder/bin/pip" install --disable-pip-version-check --no-input --quiet \
        --no-deps --requirement "$REPO/dev/requirements-oca.txt" >>"$log" 2>&1 ||
        die "pip could not install dev/requirements-oca.txt (run again to resume)." \
            "Log: $log"
    "$folder/bin/python" -c \
        'import site, sys; open(site.getsitepackages()[0] + "/odoo19.pth", "w").write(sys.argv[1] + "\n")' \
        "$ODOO_ROOT"
    printf '#!/bin/sh\nexec "%s/bin/python" -m odoo "$@"\n' "$folder" >"$folder/bin/odoo"
    chmod +x "$folder/bin/odoo"
    touch "$folder/complete"
}

PYTHON="$(find_python)" || {
    need_packages python3 python3-venv
    PYTHON="$(find_python)" || die "Python 3.10 to 3.13 with venv is needed."
}
HASH="$( (cat "$REPO"/dev/requirements*.txt; "$PYTHON" -VV; echo "$ODOO_ROOT") | sha256sum | cut -c1-12)"
VENV="$CACHE/venv-$HASH"
[ -f "$VENV/complete" ] || with_lock venv build "$VENV" "$PYTHON"
touch "$VENV/complete"
echo "$VENV"
