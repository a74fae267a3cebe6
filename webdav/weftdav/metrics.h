/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What watches the server asks it, on an address of its own: /metrics in the text format of
 * Prometheus, /healthz (the program lives) and /readyz (it can do its work).
 */

#include "webdav/weftdav/program.h"

/* Returns: (transfer full): the service; @program outlives it */
WeftService *weft_dav_metrics_service_new(WeftDavProgram *program);
