#!/bin/sh
# Compile both locks from pyproject.toml: hashes, no registry address. Run after changing a dependency.
set -eu
cd "$(dirname "$0")/.."
for lock in "requirements.txt" "requirements-dev.txt --extra develop"; do
    # shellcheck disable=SC2086 # the second word is an option
    .venv/bin/uv --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml -o $lock "$@"
done
if grep -n "://" requirements.txt requirements-dev.txt; then
    echo "A lock names an address; remove it." >&2
    exit 1
fi
