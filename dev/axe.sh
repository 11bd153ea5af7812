#!/usr/bin/env bash
# Print the path of axe-core's script, which judges the accessibility of pages in the
# browser tests. It is an npm package; fetched once into the user's cache folder.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

AXE_VERSION=4.14.1
AXE="$CACHE/axe-core-$AXE_VERSION.min.js"

fetch() {
    [ -s "$AXE" ] && return
    have npm || need_packages npm
    local work
    work="$(mktemp -d)"
    say "Fetching axe-core $AXE_VERSION"
    if (cd "$work" && npm pack --silent "axe-core@$AXE_VERSION" >/dev/null &&
        tar xzf ./*.tgz package/axe.min.js); then
        # Only a complete file ever gets the final name.
        mv "$work/package/axe.min.js" "$AXE"
    fi
    rm -rf "$work"
    [ -s "$AXE" ] || die "npm could not fetch axe-core $AXE_VERSION (run again)."
}

with_lock axe fetch
echo "$AXE"
