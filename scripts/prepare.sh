#!/bin/sh
# Make .venv ready: `scripts/prepare.sh [EXTRA...]`. Finds a Python that is new enough and lets
# scripts/prepare.py do the rest. Written for a bare machine: POSIX sh and nothing else.
set -eu
cd "$(dirname "$0")/.."

for name in ${PYTHON:-} .venv/bin/python python3 python3.14 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        exec "$name" -m scripts.prepare "$@"
    fi
done

if [ -r /etc/debian_version ]; then
    hint="type: sudo apt-get install -y python3 python3-venv (Debian 12, Ubuntu 24.04 or newer)"
else
    hint="install it, or name the one you have: make PYTHON=/path/to/python3 ..."
fi
echo "Layerscope needs Python 3.11 or newer; $hint" >&2
exit 1
