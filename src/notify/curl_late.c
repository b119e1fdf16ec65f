#include "notify/curl_late.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "base/safe.h"

struct curl_calls curl;

static struct error trouble;
static bool loaded;

static bool find(void *library, const char *name, void *into)
{
    void *call = dlsym(library, name);
    memcpy(into, &call, sizeof call); /* from object to function, as POSIX wants it */
    return call != NULL;
}

/* The library is never let go: others may have been started by it. */
static void load(void)
{
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    bool all = library != NULL;
#define CURL_CALL(name) all = all && find(library, "curl_" #name, &curl.name);
    CURL_CALLS(CURL_CALL)
#undef CURL_CALL
    loaded = all && curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    const char *words = all ? NULL : dlerror();
    if (!loaded)
        error_set(&trouble, "%s", words ? safe_str(text_of(words)) : "libcurl does not start");
}

bool curl_late(struct error *why)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return loaded || error_set(why, "notifications cannot be sent: %s", trouble.text);
}
