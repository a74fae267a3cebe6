#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy over the product's C files: tidy.sh BUILD_FOLDER (one with compile_commands.json).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

build=${1:?tidy.sh BUILD_FOLDER}
program=$(command -v clang-tidy-14 || command -v clang-tidy)
# Only what the build compiles: a file for another architecture is not in its list.
grep -o '"file": "[^"]*\.c"' "$build/compile_commands.json" | cut -d'"' -f4 | sort -u |
    grep -E "^$PWD/(codegen|framework|webdav)/" |
    xargs -r -n 4 -P "$(nproc)" "$program" -p "$build" --quiet 2> >(grep -v ' warnings\? generated' >&2)
