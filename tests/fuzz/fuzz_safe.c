/* fuzz_safe.c - any bytes come out of safe.h without a forbidden code point, within the
 * limit, and a second pass changes nothing. The first byte chooses the limits. */
#include <stdio.h>
#include <stdlib.h>

#include "base/safe.h"
#include "base/safe_oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "safe text: %s\n", what);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    if (!started)
        demand(safe_oracle_start(), "no C.UTF-8 locale");
    started = true;
    if (size == 0)
        return 0;

    struct safe_limits limits = {.width = data[0] >> 1, .ascii = data[0] & 1};
    struct text in = text_make((const char *)data + 1, size - 1);
    struct buf room = {0}, again = {0};
    struct safe once = safe_make(&room, in, limits);
    const char *wrong = safe_oracle(once, limits);
    demand(!wrong, wrong);
    struct safe twice = safe_make(&again, once.utf8, limits);
    demand(text_same(once.utf8, twice.utf8) && once.width == twice.width, "not idempotent");
    demand(strlen(safe_str(in)) < 2048, "a message out of bounds");
    buf_done(&room);
    buf_done(&again);
    return 0;
}
