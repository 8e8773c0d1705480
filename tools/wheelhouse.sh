#!/bin/sh
# Gather every wheel of the lock in a folder, for a machine without network: WHEELHOUSE=FOLDER ./bin/serve
# Run it on a machine with the same Debian, processor and Python.   tools/wheelhouse.sh FOLDER [develop]
set -eu
folder=$(mkdir -p "${1:?folder}" && cd "$1" && pwd)
cd "$(dirname "$0")/.."
lock=requirements.txt
[ "${2:-}" != develop ] || lock=requirements-dev.txt
.venv/bin/python -m pip download -qq --disable-pip-version-check --require-hashes -r "$lock" -d "$folder"
echo "$folder: $(find "$folder" -type f | wc -l) 个文件"
