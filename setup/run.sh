#!/usr/bin/env bash
# Takes the released binary for this runner, holds it to the digest in this commit, and runs `evalsig action` with the
# inputs of the step. For the bash 3.2 of macOS too: no associative arrays, no ${name^^}.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

# Text from elsewhere cannot become a command of the runner: one line, and nothing but what is harmless there.
fail() {
    printf '::error title=evalsig::%s\n' "$(printf '%s' "$1" | tr -c 'A-Za-z0-9 ._,/:@()\-' '?')"
    exit "${2:-65}"
}

target() {
    case "$(uname -s)/$(uname -m)" in
        Linux/x86_64) echo x86_64-unknown-linux-musl ;;
        Linux/aarch64 | Linux/arm64) echo aarch64-unknown-linux-musl ;;
        Darwin/arm64) echo aarch64-apple-darwin ;;
        Darwin/x86_64) echo x86_64-apple-darwin ;;
        *) return 1 ;;
    esac
}

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

# Fetches over https only; plain http is for this machine's own servers, as in tests.
fetch() {
    local protocols='=https'
    case $1 in http://127.0.0.1:* | http://localhost:*) protocols='=http' ;; esac
    curl --fail --silent --show-error --location --proto "$protocols" --proto-redir "$protocols" \
        --retry 3 --retry-connrefused --connect-timeout 20 --max-time 300 --output "$2" "$1"
}

version="$(sed -n 's/^\(v[0-9][0-9A-Za-z.-]*\)$/\1/p' "$here/release.txt")"
[[ -n $version ]] || fail "this commit is no release: name the tag or the full SHA of one, as in evalsig-action/setup@v1" 64
target="$(target)" || fail "there is no released binary for $(uname -s) on $(uname -m)" 64
name="evalsig-$target"
expected="$(sed -n "s/^\([0-9a-f]\{64\}\)  $name\$/\1/p" "$here/release.txt")"
[[ -n $expected ]] || fail "release $version has no binary for $target" 64

folder="${RUNNER_TEMP:?}/evalsig-$version-$target"
binary="$folder/evalsig"
mkdir -p "$folder"
# A file that is there already is trusted no more than one that was just fetched.
if [[ ! -f $binary ]] || [[ $(sha256 "$binary") != "$expected" ]]; then
    rm -f "$binary"
    fetch "${EVALSIG_DOWNLOADS%/}/$version/$name" "$binary.part" || fail "$name of $version cannot be fetched" 75
    found="$(sha256 "$binary.part")"
    if [[ $found != "$expected" ]]; then
        rm -f "$binary.part"
        fail "$name of $version is not the file that this commit names: SHA-256 $found and not $expected"
    fi
    chmod 755 "$binary.part"
    mv "$binary.part" "$binary"
fi

# The digest above is what counts. The attestation says beside it which workflow built the file from which commit.
case "${EVALSIG_ATTESTATION:-auto}" in
    off) ;;
    auto | required)
        if [[ -n ${GH_TOKEN:-} ]] && command -v gh >/dev/null && gh attestation verify --help >/dev/null 2>&1; then
            gh attestation verify "$binary" --repo org/evalsig-action \
                --signer-workflow org/evalsig-action/.github/workflows/image.yml >"$folder/attestation.log" 2>&1 \
                || fail "the attestation of $name does not hold: $(tail -n 1 "$folder/attestation.log")"
            echo "attestation: $name was built by image.yml of org/evalsig-action"
        elif [[ ${EVALSIG_ATTESTATION:-auto} == required ]]; then
            fail "attestation: required, and there is no gh with a token to verify it with" 64
        else
            echo "attestation: not verified, because there is no gh with a token here; the digest was"
        fi
        ;;
    *) fail "attestation is auto, required or off" 64 ;;
esac

# The step's inputs arrive as variables that a shell takes (EVALSIG_INPUT_MIN_DELTA); evalsig reads them as the runner names
# them for a container (INPUT_MIN-DELTA), which no shell can set but `env` can.
arguments=()
while IFS= read -r input; do
    upper="$(printf '%s' "$input" | tr 'a-z' 'A-Z')"
    variable="EVALSIG_INPUT_$(printf '%s' "$upper" | tr - _)"
    arguments+=("INPUT_$upper=${!variable:-}")
done < <(sed -n '/^inputs:/,/^outputs:/s/^  \([a-z][a-z0-9-]*\):$/\1/p' "$here/../action.yml")
# bash 3.2 calls an empty array unset.
[[ ${#arguments[@]} -gt 10 ]] || fail "action.yml of this release cannot be read" 70
exec env "${arguments[@]}" "$binary" action
