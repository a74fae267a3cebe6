/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The symbol table of the executable's file, mapped when it is first asked for, and searched from
 * one end to the other: dumps are rare.  A stripped program has none.
 */

#include "fiber/symbols.h"

#include <elf.h>
#include <fcntl.h>
#include <glib.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    const ElfW(Sym) * symbols;
    size_t n_symbols;
    const char *names;
    size_t names_bytes;
    uintptr_t bias; /* what must be added to a symbol's value */
} SymbolTable;

enum { UNKNOWN, BEING_READ, READ };

static atomic_int state;
static SymbolTable table;

/* Returns: (nullable): the whole file, mapped for ever */
static const char *
map_executable(size_t *ret_size)
{
    const int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    struct stat info;

    if (fd < 0)
        return NULL;
    void *file = MAP_FAILED;
    if (fstat(fd, &info) == 0 && info.st_size > 0)
        file = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (file == MAP_FAILED)
        return NULL;
    *ret_size = (size_t)info.st_size;
    return file;
}

static gboolean
lies_within(size_t file_size, uint64_t offset, uint64_t size)
{
    return offset <= file_size && size <= file_size - offset;
}

/* The program's headers as they lie in memory tell where it was loaded. */
static uintptr_t
load_bias(void)
{
    const ElfW(Phdr) *header = (const ElfW(Phdr) *)getauxval(AT_PHDR);
    const size_t n_headers = getauxval(AT_PHNUM);

    for (size_t i = 0; header != NULL && i < n_headers; i++)
        if (header[i].p_type == PT_PHDR)
            return (uintptr_t)header - header[i].p_vaddr;
    return 0;
}

static void
read_table(void)
{
    size_t size = 0;
    const char *file = map_executable(&size);

    if (file == NULL || size < sizeof(ElfW(Ehdr)))
        return;
    const ElfW(Ehdr) *head = (const ElfW(Ehdr) *)file;
    if (!lies_within(size, head->e_shoff, (uint64_t)head->e_shnum * sizeof(ElfW(Shdr))))
        return;
    const ElfW(Shdr) *sections = (const ElfW(Shdr) *)(file + head->e_shoff);
    for (size_t i = 0; i < head->e_shnum; i++) {
        const ElfW(Shdr) *section = &sections[i];

        if (section->sh_type != SHT_SYMTAB || section->sh_link >= head->e_shnum)
            continue;
        const ElfW(Shdr) *names = &sections[section->sh_link];
        if (!lies_within(size, section->sh_offset, section->sh_size) ||
            !lies_within(size, names->sh_offset, names->sh_size))
            return;
        table.symbols = (const ElfW(Sym) *)(file + section->sh_offset);
        table.n_symbols = section->sh_size / sizeof(ElfW(Sym));
        table.names = file + names->sh_offset;
        table.names_bytes = names->sh_size;
        table.bias = load_bias();
    }
}

/* FALSE: another thread is reading it; it must not be waited for here. */
static gboolean
have_table(void)
{
    int expected = UNKNOWN;

    if (atomic_compare_exchange_strong(&state, &expected, BEING_READ)) {
        read_table();
        atomic_store(&state, READ);
    }
    return atomic_load(&state) == READ;
}

const char *
weft_symbol_find(const void *address, size_t *ret_offset)
{
    if (!have_table())
        return NULL;
    const uintptr_t value = (uintptr_t)address - table.bias;
    const char *found = NULL;

    for (size_t i = 0; i < table.n_symbols; i++) {
        const ElfW(Sym) *symbol = &table.symbols[i];

        if ((symbol->st_info & 0xf) != STT_FUNC || value < symbol->st_value ||
            value - symbol->st_value >= symbol->st_size || symbol->st_name >= table.names_bytes)
            continue;
        /* The compiler's own names ("send.part.0") only where there is no other. */
        found = table.names + symbol->st_name;
        *ret_offset = value - symbol->st_value;
        if (strchr(found, '.') == NULL)
            break;
    }
    return found;
}
