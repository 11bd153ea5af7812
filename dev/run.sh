#!/usr/bin/env bash
# Serve the demo clinic until Ctrl-C: http://localhost:8069.
. "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"

PORT="${ODOO_PORT:-8069}"
# Demo passwords are public, so only this machine may enter unless told otherwise.
INTERFACE="${ODOO_INTERFACE:-127.0.0.1}"
DATABASE="${FAX_DB:-medical_fax_demo_$CLONE_ID}"
LOG="$REPO/.run/odoo.log"

port_taken() {
    python -c 'import socket, sys
socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)' "$PORT" 2>/dev/null
}

# Ready means: the login page of this very server answers.
wait_until_ready() {
    python - "http://127.0.0.1:$PORT/web/login" "$SERVER" <<'PYTHON'
import os, sys, time, urllib.request
for _ in range(600):
    try:
        if urllib.request.urlopen(sys.argv[1], timeout=60).status == 200:
            sys.exit(0)
    except OSError:
        time.sleep(0.3)
    os.kill(int(sys.argv[2]), 0)  # raises when the server has ended
sys.exit(1)
PYTHON
}

stop() {
    kill "$SERVER" 2>/dev/null || true
    wait "$SERVER" 2>/dev/null || true
    exit 0
}

need_packages "${RUN_PACKAGES[@]}"
port_taken && die "something listens on port $PORT already." \
    "Is the demo running in another window? Else:  ODOO_PORT=8070 make run"
python "$REPO/dev/database.py" demo "$DATABASE" >/dev/null

say "Starting Odoo"
: >"$LOG"
# A session of its own, so that Ctrl-C reaches it once, by stop().
setsid odoo --database="$DATABASE" --db-filter="^$DATABASE\$" --http-port="$PORT" \
    --http-interface="$INTERFACE" --log-level=info --logfile="$LOG" &
SERVER=$!
trap stop INT TERM
wait_until_ready 2>/dev/null || {
    tail -n 30 "$LOG" >&2
    kill "$SERVER" 2>/dev/null || true
    die "Odoo did not start; the whole log is $LOG"
}
cat <<TEXT

    The demo clinic is ready.

    Address    http://localhost:$PORT
    Login      admin
    Password   admin

    People of the clinic; the password is the login:
$(python "$REPO/dev/database.py" users "$DATABASE" | sed 's/^/    /')

    Database $DATABASE, log $LOG
    Ctrl-C stops it; \`make run\` goes on where you stopped.

TEXT
wait "$SERVER"
