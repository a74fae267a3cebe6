/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A descriptor that is closed while fibers wait for it ends their waits.  Nothing else is kept of
 * descriptors, so whoever closes them without coming here does no harm.
 */

#include "cooperative/hook.h"
#include "fiber/foreign.h"
#include <unistd.h>

int
close(int fd)
{
    weft_foreign_close(fd);
    return weft_real.close(fd);
}

int
dup2(int fd, int as)
{
    if (fd != as)
        weft_foreign_close(as);
    return weft_real.dup2(fd, as);
}

int
dup3(int fd, int as, int flags)
{
    if (fd != as)
        weft_foreign_close(as);
    return weft_real.dup3(fd, as, flags);
}
