/* config_dir.h - a directory of configuration files for one test: made, filled, removed. */
#ifndef TESTS_PARSE_CONFIG_DIR_H
#define TESTS_PARSE_CONFIG_DIR_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char config_dir[64];

static inline void config_dir_make(void)
{
    strcpy(config_dir, "/tmp/spate-config-XXXXXX");
    if (mkdtemp(config_dir) == NULL) {
        abort();
    }
}

static inline int config_dir_remove_one(const char *path, const struct stat *st, int kind,
                                        struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static inline void config_dir_remove(void)
{
    nftw(config_dir, config_dir_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* The path of a file in the directory; one of four buffers. */
static inline const char *in_dir(const char *name)
{
    static char paths[4][256];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", config_dir, name);
    return path;
}

/* Writes a file, making the one directory that its name may hold. */
static inline const char *put(const char *name, const char *content)
{
    const char *slash = strchr(name, '/');
    if (slash != NULL) {
        char folder[64];
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - name), name);
        mkdir(in_dir(folder), 0700);
    }
    FILE *file = fopen(in_dir(name), "w");
    if (file == NULL || fputs(content, file) == EOF || fclose(file) != 0) {
        abort();
    }
    return in_dir(name);
}

#endif
