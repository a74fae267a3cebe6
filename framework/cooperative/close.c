/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A descriptor that is closed while fibers wait for it ends their waits.  Nothing else is kept of
 * descriptors, so whoever closes them without coming here does no harm.
 */

#include "cooperative/hook.h"
#include "fiber/foreign.h"
#include <unistd.h>

/* In a process that a fiber has forked, nobody waits, and the event loop is the parent's. */
static void
end_waits(int fd)
{
    if (!weft_hook_is_off())
        weft_foreign_close(fd);
}

int
close(int fd)
{
    end_waits(fd);
    return weft_real.close(fd);
}

int
dup2(int fd, int as)
{
    if (fd != as)
        end_waits(as);
    return weft_real.dup2(fd, as);
}

int
dup3(int fd, int as, int flags)
{
    if (fd != as)
        end_waits(as);
    return weft_real.dup3(fd, as, flags);
}
