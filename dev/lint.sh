#!/usr/bin/env bash
# ruff (rules and format) over all Python here, pylint-odoo over the addons. All
# three run even when the first one finds something.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

VENV="$("$REPO/dev/venv.sh")"
cd "$REPO"
addons=()
for manifest in */__manifest__.py; do addons+=("${manifest%/*}"); done

failed=()
check() {
    local name="$1"
    shift
    say "$name"
    timeout 400 "$@" || failed+=("$name (exit $?)")
}
check "ruff check" "$VENV/bin/ruff" check .
check "ruff format --check" "$VENV/bin/ruff" format --check .
check "pylint-odoo" "$VENV/bin/pylint" --rcfile=.pylintrc "${addons[@]}"
[ "${#failed[@]}" -eq 0 ] || die "lint: ${failed[*]}"
say "lint passed"
