# Sourced: everything that running Odoo needs is there afterwards, and the virtual
# environment's commands come first on PATH.
# shellcheck shell=bash source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

VENV="$("$REPO/dev/venv.sh")"
"$REPO/dev/postgres.sh"
use_cluster_port
export VENV PATH="$VENV/bin:$PATH" ODOO_RC="$REPO/.run/odoo.conf"
# Losing the last half second of a development database in a power cut is no harm,
# and not waiting for the disk at each commit makes the tests faster.
export PGOPTIONS="${PGOPTIONS:-} -c synchronous_commit=off"
python "$REPO/dev/database.py" config >/dev/null
