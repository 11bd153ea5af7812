#!/usr/bin/env bash
# See that a PostgreSQL answers to this user, with the right to create databases.
# PGHOST, PGPORT, PGUSER and PGPASSWORD name another server than the machine's own.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

answers() { psql -X -q -d postgres -c 'SELECT 1' >/dev/null 2>&1; }

may_create() {
    [ "$(psql -X -At -d postgres -c \
        'SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user')" = t ]
}

start_cluster() {
    local version name
    read -r version name < <(pg_lsclusters --no-header | awk '{print $1, $2}' | sort -V | tail -n 1) ||
        true
    if [ -z "${version:-}" ]; then
        version="$(ls /usr/lib/postgresql | sort -V | tail -n 1)"
        name=main
        say "Creating a PostgreSQL $version cluster"
        as_root pg_createcluster "$version" "$name" >&2
    fi
    if ! pg_lsclusters --no-header | awk '{print $4}' | grep -q online; then
        say "Starting PostgreSQL $version"
        as_root pg_ctlcluster "$version" "$name" start >&2 ||
            die "PostgreSQL $version does not start; see /var/log/postgresql."
    fi
    for _ in $(seq 60); do
        pg_isready -q && return
        sleep 0.5
    done
    die "PostgreSQL started but does not answer; see /var/log/postgresql."
}

# A role named after the system user enters by the socket without a password. It may
# create databases and no more: that is what a clinic's own server would grant.
create_role() {
    local role
    role="$(id -un)"
    can_be_root || die "PostgreSQL runs, but knows no role for you." \
        "As its administrator:  createuser --createdb $role" \
        "or name another server by PGHOST, PGPORT, PGUSER, PGPASSWORD."
    say "Creating the PostgreSQL role $role"
    as_user postgres createuser --createdb "$role" >&2 || true
}

have psql || need_packages postgresql-client
if ! answers; then
    [ -z "${PGHOST:-}${PGUSER:-}${PGPORT:-}" ] ||
        die "no PostgreSQL answers at PGHOST=${PGHOST:-} PGPORT=${PGPORT:-} PGUSER=${PGUSER:-}." \
            "Unset these to use this machine's own."
    need_packages postgresql
    start_cluster
    answers || create_role
    answers || die "PostgreSQL runs, but refuses the role $(id -un)."
fi
may_create || die "the PostgreSQL role may not create databases." \
    "As its administrator:  ALTER ROLE $(psql -X -At -d postgres -c 'SELECT current_user') CREATEDB"
