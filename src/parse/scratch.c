#include "parse/scratch.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

enum { PROBE_BYTES = LINE_LIMIT + BATCH_SLACK };

static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;
static _Thread_local struct scratch *mine;

static void scratch_free(void *arg)
{
    struct scratch *s = arg;
    free(s->line.bytes);
    buf_done(&s->unwrapped);
    free(s);
}

static void make_key(void)
{
    /* Without a key it is only not given back when its thread ends. */
    pthread_key_create(&scratch_key, scratch_free);
}

struct scratch *scratch_mine(void)
{
    if (mine)
        return mine;
    mine = mem_new(1, sizeof *mine);
    mine->line.bytes = mem_new(1, PROBE_BYTES);
    pthread_once(&scratch_once, make_key);
    pthread_setspecific(scratch_key, mine);
    return mine;
}
