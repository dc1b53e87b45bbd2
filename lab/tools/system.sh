#!/bin/sh
# Checks what Debian must provide: python3-venv for the environment, chromium for the browser tests, util-linux
# (unshare) and iproute2 (ip) for the tests without a network.  As root it installs what is missing.
set -eu
missing=""
${PYTHON:-python3} -c "import venv, ensurepip" 2>/dev/null || missing="$missing python3-venv"
command -v chromium >/dev/null || missing="$missing chromium"
command -v unshare >/dev/null || missing="$missing util-linux"
command -v ip >/dev/null || missing="$missing iproute2"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing$missing" >&2
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    exit 0
fi
echo "missing:$missing; run: sudo apt-get install$missing" >&2
# Only the environment is indispensable: without the others some tests are skipped, visibly.
case "$missing" in *python3-venv*) exit 1 ;; esac
