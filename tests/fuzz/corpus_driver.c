/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over its corpus, where no fuzzer is built in: each file of the folders named
 * on the command line, once.  An empty or missing folder is a failure: it would test nothing.
 */

#include <glib.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static gboolean
run_file(const char *path, GError **error)
{
    g_autofree char *content = NULL;
    size_t size;

    if (!g_file_get_contents(path, &content, &size, error))
        return FALSE;

    /* Exactly its size, so that a sanitizer sees each byte read too much. */
    g_autofree uint8_t *data = g_malloc(MAX(size, 1));
    memcpy(data, content, size);
    g_clear_pointer(&content, g_free);
    LLVMFuzzerTestOneInput(data, size);
    return TRUE;
}

/* Returns: the number of files run, -1 with @error set */
static int
run_folder(const char *folder, GError **error)
{
    int n_files = 0;
    const char *name;

    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    if (dir == NULL)
        return -1;

    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (!run_file(path, error))
            return -1;
        n_files++;
    }
    return n_files;
}

int
main(int argc, char **argv)
{
    if (argc < 2) {
        g_printerr("usage: %s FOLDER...\n", argv[0]);
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        g_autoptr(GError) error = NULL;
        int n_files = run_folder(argv[i], &error);

        if (n_files <= 0) {
            g_printerr("%s: %s\n", argv[i], error != NULL ? error->message : "no files");
            return 1;
        }
        g_print("%s: %d files\n", argv[i], n_files);
    }
    return 0;
}
