#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy over the product's C files: tidy.sh BUILD_FOLDER [MAX_NODES] (a folder with compile_commands.json).
# MAX_NODES: how far the analyzer follows a function's paths (225000 by itself, which takes minutes)
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

build=${1:?tidy.sh BUILD_FOLDER [MAX_NODES]}
bound=()
if [ $# -gt 1 ]; then
    for word in -Xclang -analyzer-config -Xclang "max-nodes=$2"; do
        bound+=("--extra-arg=$word")
    done
fi
program=$(command -v clang-tidy-14 || command -v clang-tidy)
# Only what the build compiles: a file for another architecture is not in its list.
grep -o '"file": "[^"]*\.c"' "$build/compile_commands.json" | cut -d'"' -f4 | sort -u |
    grep -E "^$PWD/(codegen|framework|webdav)/" |
    xargs -r -n 4 -P "$(nproc)" "$program" -p "$build" --quiet "${bound[@]}" 2> >(grep -v ' warnings\? generated' >&2)
