#!/usr/bin/env bash
# Run suites of tests: `test.sh SUITE... [-- PYTEST ARGUMENTS]`.
#
#   quick   providers and documents without what is slow: while one writes
#   unit    all plain pytest without Odoo
#   odoo    the addons' tests inside Odoo, on a copy of the prepared template
#   tours   the addons' browser tours, on another copy
#   faults  real servers that are killed, providers that fail: sent once all the same
#   system  tests/ without these and calls: installation
#   calls   real fax calls, in a lab that is started and stopped (dev/faxlab)
#
# Each suite runs even when an earlier one failed; none may collect nothing.
. "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"

suites=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    suites+=("$1")
    shift
done
[ $# -gt 0 ] && shift
arguments=("$@")
cd "$REPO"

# Tours live in files of their own, so that each suite knows its own by name.
addon_tests() {
    local wanted="$1" path
    for path in */__manifest__.py; do
        path="${path%/*}/tests"
        [ -d "$path" ] || continue
        if [ "$wanted" = tours ]; then
            find "$path" -name 'test_tour*.py'
        else
            find "$path" -name 'test_*.py' ! -name 'test_tour*.py'
        fi
    done | sort
}

# Parts of a suite that run at once, each on a database of its own: as many as there
# are processors, but two at most, since PostgreSQL and browsers want theirs.
parts() {
    local processors
    processors="$(nproc)"
    [ "$processors" -lt 2 ] && echo 1 || echo 2
}

part_in_odoo() {
    local database="$1" status=0
    shift
    python dev/database.py copy "$database" >/dev/null || return
    timeout 1800 pytest --odoo-config="$ODOO_RC" --odoo-database="$database" \
        --odoo-http "$@" "${arguments[@]}" || status=$?
    python dev/database.py drop "$database"
    return $status
}

in_odoo() {
    local suite="$1" status=0 answer part count files=() mine=() outputs=() jobs=()
    local nothing=0 each
    mapfile -t files < <(addon_tests "$suite")
    [ "${#files[@]}" -gt 0 ] || { say "no test files for $suite"; return 5; }
    if [ "$suite" = tours ]; then
        AXE_CORE="$("$REPO/dev/axe.sh")" || return
        export AXE_CORE  # the accessibility tests would be skipped without it
    fi
    count="$(parts)"
    for ((part = 0; part < count; part++)); do
        mine=()
        for ((each = part; each < ${#files[@]}; each += count)); do
            mine+=("${files[each]}")
        done
        outputs+=("$(mktemp)")
        part_in_odoo "medical_fax_test_${CLONE_ID}_$suite$part" "${mine[@]}" \
            >"${outputs[part]}" 2>&1 &
        jobs+=($!)
    done
    for ((part = 0; part < count; part++)); do
        # Shown as it grows; the later ones are there when the first has ended.
        tail --pid="${jobs[part]}" -n +1 -f "${outputs[part]}"
        answer=0
        wait "${jobs[part]}" || answer=$?
        # Chosen by ARGS, a test is in one part only: "none found" in the other.
        [ $answer -eq 5 ] && nothing=$((nothing + 1)) && continue
        [ $answer -eq 0 ] || status=$answer
    done
    rm -f "${outputs[@]}"
    [ "$nothing" -lt "$count" ] || status=5
    return $status
}

run_suite() {
    case "$1" in
        quick)
            timeout 120 pytest tests/unit/providers tests/unit/document \
                -m "not ocr and not slow" "${arguments[@]}"
            ;;
        unit) timeout 300 pytest tests/unit "${arguments[@]}" ;;
        odoo | tours) in_odoo "$1" ;;
        faults) timeout 1200 pytest tests/faults "${arguments[@]}" ;;
        system)
            timeout 1800 pytest tests --ignore=tests/unit --ignore=tests/faults \
                --ignore=tests/calls "${arguments[@]}"
            ;;
        calls)
            dev/faxlab/lab.sh with timeout 300 pytest tests/calls "${arguments[@]}"
            ;;
        *) die "unknown suite: $1" ;;
    esac
}

need_packages "${TEST_PACKAGES[@]}"

results=()
failed=0
for suite in "${suites[@]}"; do
    say "Tests: $suite"
    began=$SECONDS
    status=0
    run_suite "$suite" || status=$?
    case $status in
        0) word=passed ;;
        5) word="FAILED (no test found)" ;;
        124) word="FAILED (took too long)" ;;
        *) word=FAILED ;;
    esac
    [ $status -eq 0 ] || failed=1
    results+=("$(printf '%-8s %-24s %4d s' "$suite" "$word" $((SECONDS - began)))")
done

say "Suites"
printf '    %s\n' "${results[@]}" >&2
exit $failed
