#!/usr/bin/env bash
# A fax line on this machine: software modems, an exchange, and HylaFAX at both ends.
#
#   lab.sh up [PAIRS]     start (8 pairs of modems); again at once if it runs already
#   lab.sh down           end it and remove its folder
#   lab.sh status         whether it is ready
#   lab.sh kill NAME      kill -9 one of its processes (see .run/faxlab/pids)
#   lab.sh hook MACHINE URL LOGIN PASSWORD
#                         let the notify hook of `office` or `far` tell that address
#   lab.sh with COMMAND   up, run the command, down whatever came of it
#
# See README.md beside this file.
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

HERE="$REPO/dev/faxlab"
LINK="$REPO/.run/faxlab"
LAB_PACKAGES=(
    hylafax-server hylafax-client iaxmodem ghostscript libtiff-tools perl python3 curl
    msmtp-mta # a mail program that does nothing by itself; else Debian brings a server
)

lab() { as_root /usr/bin/python3 "$HERE/lab.py" "$@"; }

# The file names the process that wrote it, and which may be gone.
ready() { [ -s "$LINK/ready" ] && [ -e "/proc/$(cat "$LINK/ready")" ]; }

# HylaFAX works as a user of its own, who may not be able to enter a home folder.
folder() {
    local folder="$LINK"
    mkdir -p "$REPO/.run"
    if ! as_user uucp test -x "$REPO/.run"; then
        folder="/var/tmp/medical-fax-lab-$CLONE_ID"
        ln -sfn "$folder" "$LINK"
    fi
    echo "$folder"
}

up() {
    local pairs="${1:-8}" folder server tries
    ready && return
    need_packages "${LAB_PACKAGES[@]}"
    down
    folder="$(folder)"
    as_root mkdir -p "$folder" /etc/iaxmodem
    say "Starting the fax lab ($pairs pairs of modems)"
    # The mark in the environment is how `down` finds it, see lab.py.
    as_root env "FAXLAB=$(readlink -f "$folder")" PATH="/usr/sbin:/sbin:$PATH" setsid \
        /usr/bin/python3 "$HERE/lab.py" serve "$folder" "$pairs" \
        >"$REPO/.run/faxlab.log" 2>&1 </dev/null &
    server=$!
    for tries in $(seq 400); do
        ready && return
        kill -0 "$server" 2>/dev/null || break
        sleep 0.2
    done
    tail -n 20 "$REPO/.run/faxlab.log" >&2
    down
    die "the fax lab did not start (after $tries looks); see above."
}

down() {
    [ -e "$LINK" ] || [ -L "$LINK" ] || return 0
    lab down "$LINK" "$REPO/.run/faxlab-logs"
    rm -rf "$LINK"
}

case "${1:-}" in
    up) up "${2:-}" ;;
    down) down ;;
    status) ready && say "the fax lab is ready" || die "no fax lab is running" ;;
    kill) lab kill "$LINK" "$2" ;;
    hook) lab hook "$LINK" "${@:2}" ;;
    with)
        shift
        trap down EXIT
        up
        "$@"
        ;;
    *) sed -n '2,/^$/s/^# \?//p' "$0" >&2; exit 2 ;;
esac
