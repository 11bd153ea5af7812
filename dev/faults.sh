#!/usr/bin/env bash
# Play seeded schedules of faults: `faults.sh SEED COUNT`, from that seed on. The last
# line of progress tells how to go on after an interruption.
. "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"

need_packages "${RUN_PACKAGES[@]}"
export PYTHONPATH="$REPO/tests:$REPO/dev"
exec python -m faults.schedules "$@"
