# shellcheck shell=bash
# What the scripts of .ci share: finding and installing commands, and what may be skipped. Source it, do not run it.

# How a command becomes root: not at all, or by sudo where it asks for no password, as on GitHub's runners.
as_root=()
can_be_root=false
if [[ $(id -u) == 0 ]]; then
    can_be_root=true
elif sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
    can_be_root=true
fi

# The path of a program. `command -v` would also find a shell function by that name, and some scripts wrap a program in one.
# Debian keeps some programs where a user who is not root does not look.
program() { PATH="$PATH:/usr/sbin:/sbin" type -P "$1"; }

# Makes sure of a program: need COMMAND PACKAGE. Debian's package is installed where it is missing and we may.
need() {
    local command=$1 package=$2
    program "$command" >/dev/null && return
    [[ $can_be_root == true ]] && program apt-get >/dev/null || return
    { "${as_root[@]}" apt-get update \
        && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$package"; } \
        >/dev/null 2>&1 || true
    program "$command" >/dev/null
}

in_ci() { [[ ${CI:-} == true || ${GITHUB_ACTIONS:-} == true ]]; }

# Whether what was skipped stands in a list: expected_skip TEXT LIST. A line of the list is the beginning of such a text.
expected_skip() {
    local beginning
    while IFS= read -r beginning; do
        [[ -n $beginning && $beginning != \#* ]] || continue
        [[ $1 != "$beginning"* ]] || return 0
    done <"$2"
    return 1
}
