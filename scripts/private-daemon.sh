# Sourced by other scripts: a contexd daemon of their own, with everything it writes in a temporary directory that is
# removed when the script ends. Nothing of the user's is read or written.
#
# Set before: CONTEXD, the program. Set after: $private, the directory; $socket, the daemon's socket.

private="$(mktemp -d "${TMPDIR:-/tmp}/contexd.XXXXXX")"
mkdir -p "$private/home" "$private/run"
chmod 700 "$private/run"
socket="$private/run/contexd.sock"

# Runs the program with the private directories in place of the user's.
contexd() {
    env -u CONTEXD_CACHE_DIR -u CONTEXD_MODEL_DIR \
        HOME="$private/home" XDG_CACHE_HOME="$private/cache" XDG_CONFIG_HOME="$private/config" \
        XDG_STATE_HOME="$private/state" XDG_RUNTIME_DIR="$private/run" CONTEXD_SOCKET="$socket" \
        "$CONTEXD" "$@"
}

# Stops the daemon if it runs, removes the directory, and keeps the script's exit status.
remove_private_daemon() {
    local status=$?
    contexd stop >/dev/null 2>&1 || true
    if [ "$status" -ne 0 ]; then
        find "$private" -name '*.log' -exec tail -n 20 {} + >&2 2>/dev/null || true
    fi
    rm -rf "$private"
    exit "$status"
}
trap remove_private_daemon EXIT
trap 'exit 130' INT TERM
