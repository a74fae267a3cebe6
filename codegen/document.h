/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * An IDL file as a page for people: `weftgen doc`.
 */

#include "codegen/program.h"

/**
 * One HTML page about @program and what it includes, with its comments, all types linked.
 * @programs: all of them
 * Returns: (transfer full)
 */
char *weft_document(const WeftIdlProgram *program, const WeftIdlProgram *programs);
