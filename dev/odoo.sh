#!/usr/bin/env bash
# Print the folder to put on Python's path for Odoo 19, fetching it if needed.
#
# Odoo is not on PyPI. Debian's unstable suite has it as a package that cannot be
# installed on Debian 12 (its dependencies are newer), but can be downloaded with
# the archive's signature checked, and unpacked into the user's cache folder.
# ODOO_HOME names an existing Odoo 19 to use instead: a source checkout, or the
# folder that holds the package `odoo`.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# From the unstable suite: Odoo, and what its static files link to.
SID_PACKAGES=(
    odoo-19 libjs-jquery libjs-jquery-form libjs-underscore fonts-montserrat
    fonts-roboto-unhinted fonts-ocr-b fonts-glyphicons-halflings
)
# Their versions in unstable no longer hold the files that Odoo links to.
STABLE_PACKAGES=(fonts-font-awesome fonts-inconsolata)
PYTHON_ROOT=usr/lib/python3/dist-packages
SELFIE=odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js

no_odoo() {
    die "$1" \
        "Way out: get Odoo 19 (community) by other means, for example a checkout of" \
        "its branch 19.0, and name its folder:  ODOO_HOME=/path/to/odoo make run"
}

existing_odoo() {
    [ -f "$ODOO_HOME/odoo/release.py" ] ||
        die "ODOO_HOME=$ODOO_HOME holds no Odoo (no odoo/release.py in it)."
    grep -q '^version_info = (19, 0' "$ODOO_HOME/odoo/release.py" ||
        die "ODOO_HOME=$ODOO_HOME is not Odoo 19.0."
    (cd "$ODOO_HOME" && pwd -P)
}

# apt-get with our own source and lists: the system's are never touched.
sid_apt() {
    local command="$1"
    shift
    "$command" -q \
        -o Dir::Etc::sourcelist="$SID/sid.sources" \
        -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$SID/lists" \
        -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
        -o APT::Sandbox::User="$(id -un)" \
        -o Acquire::Languages=none -o Acquire::Retries=3 \
        "$@"
}

prepare_sid() {
    SID="$CACHE/sid"
    mkdir -p "$SID/lists/partial"
    local format='$(REPO_URI)' mirror
    mirror="$(apt-get indextargets --format "$format" 'Label: Debian' |
        sort -u | head -n 1)"
    if [ -z "$mirror" ]; then
        apt_update --force
        mirror="$(apt-get indextargets --format "$format" 'Label: Debian' |
            sort -u | head -n 1)"
    fi
    [ -n "$mirror" ] || no_odoo "apt knows no Debian mirror on this machine."
    printf '%s\n' 'Types: deb' "URIs: $mirror" 'Suites: sid' 'Components: main' \
        'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' \
        >"$SID/sid.sources"
    say "Reading the list of Debian's unstable suite"
    sid_apt apt-get update >&2 || no_odoo "Debian's unstable suite cannot be read."
    VERSION="$(sid_apt apt-cache show --no-all-versions odoo-19 2>/dev/null |
        sed -n 's/^Version: //p' | head -n 1)" || true
    [ -n "$VERSION" ] || no_odoo "Debian's unstable suite no longer has odoo-19."
}

# The one large file. apt would begin it anew where the mirror sends no date of
# change, so curl goes first and goes on where it stopped. Whatever it leaves, apt
# checks against the signed list, and fetches if need be.
download_large() {
    local uri
    have curl || (need_packages curl) || return 0
    uri="$(sid_apt apt-get download --print-uris odoo-19 | sed -n "s/^'\(http[^']*\)'.*/\1/p")"
    [ -n "$uri" ] || return 0
    curl --fail --location --progress-bar --connect-timeout 15 --retry 3 \
        --speed-limit 1 --speed-time 30 --continue-at - \
        --output "odoo-19_${VERSION//:/%3a}_all.deb" "$uri" >&2 || true
}

stable_fonts() {
    apt-get -q -o APT::Sandbox::User="$(id -un)" download "${STABLE_PACKAGES[@]}" >&2
}

# Download into one folder a version. apt keeps what is complete.
download() {
    local folder="$1"
    mkdir -p "$folder"
    cd "$folder"
    say "Downloading Odoo $VERSION (about 125 MB)"
    download_large
    sid_apt apt-get download "${SID_PACKAGES[@]}" >&2 ||
        no_odoo "the download of odoo-19 failed (run again to resume it)."
    stable_fonts || { apt_update --force && stable_fonts; } ||
        die "the download of ${STABLE_PACKAGES[*]} failed (run again to resume)."
}

# Debian strips this file as non-free, and without it each page of the web client
# logs an error, which fails every browser test. It blurs the background of video
# calls; an empty file does where npm is not at hand, as nothing here films.
add_selfie_file() {
    local target="$1/$SELFIE" work
    work="$(mktemp -d)"
    mkdir -p "$(dirname "$target")"
    if have npm && (cd "$work" &&
        timeout 60 npm pack --silent '@mediapipe/selfie_segmentation@0.1' &&
        tar xzf ./*.tgz package/selfie_segmentation.js) >/dev/null 2>&1; then
        cp "$work/package/selfie_segmentation.js" "$target"
    else
        : >"$target"
    fi
    rm -rf "$work"
}

unpack() {
    local downloads="$1" target="$2" temporary="$2.unpacking"
    rm -rf "$temporary"
    mkdir -p "$temporary"
    say "Unpacking Odoo $VERSION (1.2 GB)"
    for file in "$downloads"/*.deb; do dpkg -x "$file" "$temporary"; done
    add_selfie_file "$temporary/$PYTHON_ROOT"
    local broken
    broken="$(find "$temporary" -xtype l | head -n 3)"
    [ -z "$broken" ] || no_odoo "this odoo-19 links to files it does not bring: $broken"
    # Only a complete folder ever gets the final name.
    mv "$temporary" "$target"
    rm -rf "$downloads"
}

# Newest complete folder in the cache, if any: no network is needed then.
cached_odoo() {
    find "$CACHE" -maxdepth 1 -type d -name 'odoo-*' ! -name '*.unpacking' |
        sort -V | tail -n 1
}

fetch() {
    [ -n "$(cached_odoo)" ] && return
    for tool in apt-get dpkg; do
        have $tool || no_odoo "Odoo can be fetched by this script on Debian only."
    done
    prepare_sid
    local name="${VERSION//[^0-9A-Za-z.+~-]/_}"
    download "$CACHE/downloads/odoo-$name"
    unpack "$CACHE/downloads/odoo-$name" "$CACHE/odoo-$name"
}

if [ -n "${ODOO_HOME:-}" ]; then
    existing_odoo
else
    [ -n "$(cached_odoo)" ] || with_lock odoo fetch
    echo "$(cached_odoo)/$PYTHON_ROOT"
fi
