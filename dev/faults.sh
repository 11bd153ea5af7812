#!/usr/bin/env bash
# Play seeded schedules of faults: `faults.sh SEED COUNT`, from that seed on. To resume
# after an interruption, begin at the seed that the last line of progress names.
. "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"

need_packages "${RUN_PACKAGES[@]}"
export PYTHONPATH="$REPO/tests:$REPO/dev"
exec python -m faults.schedules "$@"
