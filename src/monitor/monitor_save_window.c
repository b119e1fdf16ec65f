/* The window as bytes, minute by minute, so that only the minutes that changed need be written. */
#include "monitor/save.h"

#include "base/pack.h"
#include "monitor/monitor_inside.h"
#include "monitor/alerts_save.h"
#include "monitor/rules_save.h"
#include "monitor/rules_times.h"

enum { VERSION = SAVED_VERSION };

_Static_assert(RULE_WINDOW_MOST_S <= SAVED_REACH_SECONDS * TIMES_STEPS, "steps are shorter");

static void pack_slot(const struct window_slot *s, struct buf *out)
{
    pack_u64(out, s ? s->hits : 0);
    if (!s || !s->hits)
        return;
    pack_u64(out, s->bytes);
    for (unsigned i = 0; i < WINDOW_CLASSES; i++)
        pack_u64(out, s->classes[i]);
}

bool monitor_save_window(const struct monitor *m, int64_t start, struct buf *out)
{
    struct monitor_inside in = monitor_inside((struct monitor *)(uintptr_t)m);
    bool any = false;
    struct buf rules = {0};
    size_t begin = pack_begin(out, VERSION);
    for (int64_t second = start; second < start + SAVED_WINDOW_SECONDS; second++) {
        const struct window_slot *s = *in.window_open ? window_look(in.window, second) : NULL;
        any |= s && s->hits;
        pack_slot(s, out);
    }
    any |= *in.rules_open && rules_pack_seconds(in.rules, start, SAVED_WINDOW_SECONDS, &rules);
    pack_text(out, buf_text(&rules));
    buf_done(&rules);
    if (any && *in.window_open)
        window_pack(in.window, start, start + SAVED_WINDOW_SECONDS, out);
    if (any)
        pack_seal(out, begin);
    else
        out->len = begin;
    return any;
}

bool monitor_window_reaches_back(const struct monitor *m, int64_t later, int64_t start)
{
    struct monitor_inside in = monitor_inside((struct monitor *)(uintptr_t)m);
    return *in.rules_open && rules_reach_back(in.rules, later, start, SAVED_WINDOW_SECONDS);
}

bool monitor_window_span(const struct monitor *m, int64_t *first, int64_t *last)
{
    struct monitor_inside in = monitor_inside((struct monitor *)(uintptr_t)m);
    *last = window_end(in.window);
    int64_t rules_s = rules_window(in.rules);
    *first = *last - (rules_s > in.clock->window_s ? rules_s : in.clock->window_s) + 1;
    return *in.window_open;
}

uint64_t monitor_window_epoch(const struct monitor *m)
{
    return *monitor_inside((struct monitor *)(uintptr_t)m).window_epoch;
}

bool monitor_load_window(struct monitor *m, int64_t start, struct text bytes)
{
    struct monitor_inside in = monitor_inside(m);
    struct window_slot slots[SAVED_WINDOW_SECONDS] = {0};
    struct text inside;
    if (start < SAVED_SECOND_LEAST || start > SAVED_SECOND_MOST ||
        !unpack_sealed(bytes, VERSION, &inside))
        return false;
    struct unpack u = unpack_of(inside);
    for (unsigned i = 0; i < SAVED_WINDOW_SECONDS; i++) {
        slots[i].hits = (uint32_t)unpack_most(&u, UINT32_MAX);
        if (!slots[i].hits)
            continue;
        slots[i].bytes = unpack_u64(&u);
        for (unsigned k = 0; k < WINDOW_CLASSES; k++)
            slots[i].classes[k] = (uint32_t)unpack_most(&u, slots[i].hits);
    }
    struct text rules = unpack_text(&u);
    struct unpack rest = u; /* the window's sections and visitors */
    bool more = u.at < u.end;
    if (more)
        window_unpack(NULL, start, start + SAVED_WINDOW_SECONDS, &u);
    if (!unpack_whole(&u))
        return false;
    struct unpack kept = unpack_of(rules);
    if (*in.rules_open)
        rules_unpack_seconds(in.rules, start, &kept);
    for (unsigned i = 0; *in.window_open && i < SAVED_WINDOW_SECONDS; i++)
        window_restore(in.window, start + i, &slots[i]);
    if (*in.window_open && more)
        window_unpack(in.window, start, start + SAVED_WINDOW_SECONDS, &rest);
    return true;
}
