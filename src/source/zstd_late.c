#include "source/zstd_late.h"

#include "base/late.h"

struct zstd_calls zstd;

static const struct late_call calls[] = {
#define ZSTD_CALL(name) {"ZSTD_" #name, &zstd.name},
    ZSTD_CALLS(ZSTD_CALL)
#undef ZSTD_CALL
};

static struct late library = LATE("libzstd.so.1", ".zst cannot be read", calls, NULL);

bool zstd_late(struct error *why)
{
    return late_load(&library, why);
}
