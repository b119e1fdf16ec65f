#include "notify/curl_late.h"

#include "base/late.h"

struct curl_calls curl;

static const struct late_call calls[] = {
#define CURL_CALL(name) {"curl_" #name, &curl.name},
    CURL_CALLS(CURL_CALL)
#undef CURL_CALL
};

static bool start(void)
{
    return curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static struct late library = LATE("libcurl.so.4", "notifications cannot be sent", calls, start);

bool curl_late(struct error *why)
{
    return late_load(&library, why);
}
