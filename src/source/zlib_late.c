#include "source/zlib_late.h"

#include "base/late.h"

struct zlib_calls zlib;

static const struct late_call calls[] = {
#define ZLIB_CALL(name) {#name, &zlib.name},
    ZLIB_CALLS(ZLIB_CALL)
#undef ZLIB_CALL
};

static struct late library = LATE("libz.so.1", ".gz cannot be read", calls, NULL);

bool zlib_late(struct error *why)
{
    return late_load(&library, why);
}
