#include "notify/nettle_late.h"

#include "base/late.h"

struct nettle_calls nettle;

static const struct late_call calls[] = {
#define NETTLE_CALL(name) {#name, &nettle.name},
    NETTLE_CALLS(NETTLE_CALL)
#undef NETTLE_CALL
};

static struct late library = LATE("libnettle.so.8", "notifications cannot be signed", calls, NULL);

bool nettle_late(struct error *why)
{
    return late_load(&library, why);
}
