/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * A debug mode: who holds a lock of threads (pthread_mutex_lock(), g_mutex_lock(), read-write
 * locks) while his fiber parks.  The next fiber of the same thread that wants it stops the thread
 * for ever; until then all goes well, so such code passes its tests.  Locks of fibers
 * (weft/mutex.h) may be held across a park, and are not looked at.
 *
 * A program that links weft::debug_locks (CMake) has it, and from its start on; it is slower, and
 * no build for production.  The program's own calls are seen, and those of its shared libraries;
 * libraries that take their locks inside themselves are not.  What is found is written to stderr,
 * once for each place that takes a lock: the fiber, the lock, where it was taken, and where the
 * fiber parks.
 */

/** Write to @fd instead. */
void weft_debug_locks_set_fd(int fd);

/** How many were found. */
unsigned weft_debug_locks_n_found(void);

G_END_DECLS
