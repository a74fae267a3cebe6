/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What streams ask of files.
 */

#include <weft/file.h>

/* Returns: (nullable): the bytes of a file in memory, NULL for one with a descriptor */
GBytes *weft_file_bytes(const WeftFile *file);

/* TRUE if a system call that reads these bytes does not wait for a device. */
gboolean weft_file_is_resident(const WeftFile *file, int64_t offset_bytes, size_t size);
