/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The inner side of completions: for who must know whether anybody still waits.
 */

#include <weft/completion.h>

/* As weft_completion_post().  Returns: FALSE if the waiting fiber has left for good before. */
gboolean weft_completion_try_post(WeftCompletion *completion);

/* TRUE if the waiting fiber has left without it. */
gboolean weft_completion_is_abandoned(const WeftCompletion *completion);
