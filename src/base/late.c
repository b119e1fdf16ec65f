#include "base/late.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "base/safe.h"

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static bool find(void *library, const struct late_call *call)
{
    void *found = dlsym(library, call->name);
    if (found) /* from object to function, as POSIX wants it */
        memcpy(call->into, &found, sizeof found);
    return found != NULL;
}

/* What was loaded is not let go, also where a call is missing: it may have started something. */
static bool load(const struct late *l, struct error *why)
{
    void *library = dlopen(l->file, RTLD_NOW | RTLD_LOCAL);
    bool all = library != NULL;
    for (size_t i = 0; all && i < l->count; i++)
        all = find(library, &l->calls[i]);
    if (!all)
        return error_set(why, "%s: %s", l->lack, safe_str(text_of(dlerror())));
    if (l->start && !l->start())
        return error_set(why, "%s: %s does not start", l->lack, l->file);
    return true;
}

bool late_load(struct late *l, struct error *why)
{
    /* What load() has written is there before `ready` says so; meets the release below. */
    if (atomic_load_explicit(&l->ready, memory_order_acquire))
        return true;
    pthread_mutex_lock(&one_at_a_time);
    bool ready = atomic_load_explicit(&l->ready, memory_order_relaxed) || load(l, why);
    atomic_store_explicit(&l->ready, ready, memory_order_release);
    pthread_mutex_unlock(&one_at_a_time);
    return ready;
}
