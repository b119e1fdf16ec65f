/* config_files.h - the files of a server's configuration in memory, through the seam of
 * parse/server_config_host.h.
 *
 * They are pieces of one run of bytes, parted by the byte 0x1e: /etc/conf/a, /etc/conf/b and so on
 * to z, of which c is /etc/conf/envvars, and there are the directories above. The bytes are the
 * caller's, and must stay. One thread. */
#ifndef SPATE_TESTS_LIB_CONFIG_FILES_H
#define SPATE_TESTS_LIB_CONFIG_FILES_H

#include "base/text.h"
#include "parse/server_config_host.h"

#define CONFIG_FILES_MAIN "/etc/conf/a"

enum { CONFIG_FILES_MADE = 26 };

struct config_memory {
    struct config_host host;
    struct text files[CONFIG_FILES_MADE];
    unsigned count;
    size_t reads; /* so far */
};

void config_memory_init(struct config_memory *m, struct text bytes);

#endif
