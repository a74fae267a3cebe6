#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-format decides: names what it would change (file:line), or with --fix changes it.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

# Other versions lay out some lines differently, so one version decides.
program=$(command -v clang-format-14 || command -v clang-format || true)
if [ -z "$program" ] || ! "$program" --version | grep -q 'version 14\.'; then
    echo "format: clang-format 14 is needed (package clang-format-14)" >&2
    exit 2
fi

mode=(--dry-run -Werror)
[ "${1:-}" = --fix ] && mode=(-i)
find . \( -path ./build -o -path ./.git -o -name golden \) -prune -o \
    -type f \( -name '*.c' -o -name '*.h' -o -name '*.cc' \) -print0 |
    xargs -0 -r "$program" "${mode[@]}"
