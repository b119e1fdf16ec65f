#include "parse/pattern_match.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/note.h"
#include "base/safe.h"
#include "parse/pattern_late.h"

enum {
    STEPS_MOST = 50000, /* a millisecond or two */
    HEAP_MOST_KIB = 1024,
    STACK_FIRST = 32 * 1024, /* of compiled code; without one of its own 32 KiB are all there is */
    STACK_MOST = 512 * 1024,
    SLOW_MS = 10,
    /* What a match costs that ran into a limit, in good ones, and how much of it is too much. A
     * pattern stays while fewer than one line in a thousand are bad. */
    STRIKE = 1000,
    STRIKES_MOST = 10
};

struct pattern_match {
    pcre2_code *code;
    bool compiled; /* to machine code */
    char *shown;   /* safe text, for the note */
    /* Each stands for itself; threads that overtake each other only make them a little wrong. */
    atomic_int debt;
    atomic_bool off;
};

/* What a match needs besides the pattern: one a thread. */
struct room {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
};

static pthread_key_t room_key;
static pthread_once_t room_once = PTHREAD_ONCE_INIT;
static _Thread_local struct room *room_mine;

static void room_free(void *arg)
{
    struct room *r = arg;
    pcre2.match_data_free(r->data);
    pcre2.match_context_free(r->context);
    pcre2.jit_stack_free(r->stack);
    free(r);
}

static void room_key_make(void)
{
    /* Without a key the room is only not given back when its thread ends. */
    pthread_key_create(&room_key, room_free);
}

static struct room *room_get(void)
{
    if (room_mine)
        return room_mine;
    struct room *r = mem_new(1, sizeof *r);
    r->data = pcre2.match_data_create(1, NULL);
    r->context = pcre2.match_context_create(NULL);
    r->stack = pcre2.jit_stack_create(STACK_FIRST, STACK_MOST, NULL);
    if (!r->data || !r->context) {
        room_free(r);
        return NULL;
    }
    pcre2.set_match_limit(r->context, STEPS_MOST);
    pcre2.set_depth_limit(r->context, STEPS_MOST);
    pcre2.set_heap_limit(r->context, HEAP_MOST_KIB);
    if (r->stack)
        pcre2.jit_stack_assign(r->context, NULL, r->stack);
    pthread_once(&room_once, room_key_make);
    pthread_setspecific(room_key, r);
    return room_mine = r;
}

static char *safe_copy(struct text pattern)
{
    struct buf b = {0};
    safe_add(&b, pattern);
    buf_byte(&b, 0);
    return b.at;
}

struct pattern_match *pattern_match_new(struct text pattern, struct error *why)
{
    int number;
    PCRE2_SIZE place;
    if (!pcre2_late(why))
        return NULL;
    /* A pattern may not ask for UTF-8 by itself: texts are not valid UTF-8. */
    const char *bytes = pattern.len ? pattern.at : ""; /* nothing may have no place */
    pcre2_code *code = pcre2.compile((PCRE2_SPTR)bytes, pattern.len,
                                     PCRE2_NEVER_UTF | PCRE2_NEVER_UCP, &number, &place, NULL);
    if (!code) {
        char reason[160];
        pcre2.get_error_message(number, (PCRE2_UCHAR *)reason, sizeof reason);
        error_at(why, (uint32_t)place + 1, "`%s' is no regular expression: %s", safe_str(pattern),
                 reason);
        return NULL;
    }
    struct pattern_match *p = mem_new(1, sizeof *p);
    p->code = code;
    p->compiled = pcre2.jit_compile(code, PCRE2_JIT_COMPLETE) == 0; /* may be forbidden: no error */
    p->shown = safe_copy(pattern);
    return p;
}

void pattern_match_free(struct pattern_match *p)
{
    if (!p)
        return;
    pcre2.code_free(p->code);
    free(p->shown);
    free(p);
}

/* The coarse clock costs a few ns and is good enough for "longer than 10 ms". */
static int64_t coarse_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void strike(struct pattern_match *p)
{
    int debt = atomic_fetch_add_explicit(&p->debt, STRIKE, memory_order_relaxed) + STRIKE;
    if (debt < STRIKE * STRIKES_MOST ||
        atomic_exchange_explicit(&p->off, true, memory_order_relaxed))
        return;
    note("the regular expression `%s' takes too long on what the log holds: it is switched off and "
         "matches nothing from now on",
         p->shown);
}

static void settle(struct pattern_match *p)
{
    if (atomic_load_explicit(&p->debt, memory_order_relaxed) > 0)
        atomic_fetch_sub_explicit(&p->debt, 1, memory_order_relaxed);
}

bool pattern_match_in(struct pattern_match *p, struct text subject)
{
    struct room *r = room_get();
    if (!r || pattern_match_is_off(p))
        return false;
    PCRE2_SPTR at = (PCRE2_SPTR)(subject.len ? subject.at : "");
    int64_t before = coarse_ns();
    int got = p->compiled ? pcre2.jit_match(p->code, at, subject.len, 0, 0, r->data, r->context)
                          : pcre2.match(p->code, at, subject.len, 0, 0, r->data, r->context);
    if ((got < 0 && got != PCRE2_ERROR_NOMATCH) || coarse_ns() - before > SLOW_MS * NS_PER_MS)
        strike(p);
    else
        settle(p);
    return got >= 0;
}

bool pattern_match_is_off(const struct pattern_match *p)
{
    return atomic_load_explicit(&p->off, memory_order_relaxed);
}
