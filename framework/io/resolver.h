/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Names to addresses, by the system's own resolver (hosts file, DNS, whatever nsswitch.conf says).
 */

#include "io/address.h"

/* Addresses of one name that are tried at most. */
#define WEFT_RESOLVER_MAX_ADDRESSES 16

/*
 * On the offload pool, or remembered for a few seconds (names.h); a numeric endpoint is answered at
 * once.
 * Returns: (transfer full): at least one address, in the system's order (RFC 6724); NULL with
 * @error
 */
WEFT_PARKS WeftAddress *weft_resolve(const WeftEndpoint *endpoint, size_t *ret_n_addresses,
                                     GError **error);

/* The same outside of fibers: blocks the thread. */
WeftAddress *weft_resolve_blocking(const WeftEndpoint *endpoint, size_t *ret_n_addresses,
                                   GError **error);
