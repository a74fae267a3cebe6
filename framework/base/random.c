/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chance, of the kernel's getrandom(2): it waits only where the machine has just been started.
 */

#include <weft/random.h>

#include <errno.h>
#include <sys/random.h>

void
weft_random_fill(void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        const ssize_t n = getrandom((uint8_t *)bytes + done, size - done, 0);

        if (n > 0)
            done += (size_t)n;
        else if (errno != EINTR)
            g_error("no random numbers: %s", g_strerror(errno));
    }
}
