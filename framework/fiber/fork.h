/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* See that a child that fork(2) makes of this process runs no fibers; once in a process. */
void weft_fork_watch(void);
