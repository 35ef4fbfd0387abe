#!/bin/sh
# venv.sh PYTHON DIR: make a virtual environment, or say what is missing.
set -eu
python=$1 directory=$2
[ -x "$directory/bin/python" ] && exit 0
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "rmdocs needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3" >&2
    exit 1
}
"$python" -m venv "$directory" 2>/dev/null && exit 0
# Debian and Ubuntu ship venv apart from Python.
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qqy python3-venv >/dev/null
fi
rm -rf "$directory"
"$python" -m venv "$directory"
