#!/usr/bin/env bash
# Drop this clone's databases and build files. `clean.sh all` removes the cache as
# well: Odoo, the virtual environments, and the templates shared with other clones.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$REPO"
use_cluster_port
# Nothing is installed or started in order to clean up.
VENV="$(find "$CACHE" -maxdepth 2 -path '*/venv-*/complete' -printf '%h\n' | head -n 1)"
if [ -n "$VENV" ] && "$VENV/bin/python" -c 'import psycopg2
psycopg2.connect(dbname="postgres")' 2>/dev/null; then
    "$VENV/bin/python" dev/database.py clean ${1:+"$1"}
else
    say "No PostgreSQL answers: databases, if any, stay."
fi
dev/faxlab/lab.sh down
rm -rf .run build dist ./*.egg-info .pytest_cache .ruff_cache .hypothesis
find . -name __pycache__ -type d -prune -exec rm -rf {} +
if [ "${1:-}" = all ]; then
    rm -rf "$CACHE"
fi
