#include "app/reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "base/mem.h"
#include "base/safe.h"

static void say_refused(struct reload *r, const struct error *why)
{
    snprintf(r->news, sizeof r->news, "the configuration is not taken over, the old one stays: %.380s",
             why->text);
}

static void say_taken(struct reload *r)
{
    size_t count = r->settings.config->rule_count;
    snprintf(r->news, sizeof r->news, "the configuration was read again: %zu alert%s", count,
             count == 1 ? "" : "s");
}

/* What was read at the start and cannot be any more is not as good as none. */
static bool is_out_of_reach(const struct reload *r, const struct settings *s, struct error *why)
{
    const struct config *now = r->settings.config;
    if (!s->config || !s->config->path || !now || now->path || !now->left_out.text[0])
        return false;
    *why = now->left_out;
    return true;
}

struct reload *reload_new(const struct settings *s)
{
    struct reload *r = mem_new(1, sizeof *r);
    struct error why = {0};
    atomic_init(&r->state, RELOAD_WAITS);
    r->good = settings_read(&r->settings, s->argc, s->argv, &why) && !is_out_of_reach(r, s, &why);
    if (r->good) {
        rule_set_init(&r->set, &r->settings, r->settings.config);
        say_taken(r);
    } else {
        say_refused(r, &why);
    }
    return r;
}

void reload_free(struct reload *r)
{
    if (!r)
        return;
    rule_set_done(&r->set);
    settings_done(&r->settings);
    free(r);
}

void reload_sweep(struct reload **list)
{
    while (*list) {
        struct reload *r = *list;
        /* The monitor thread looks at it no more; meets the release in monitor_stage.c. */
        if (atomic_load_explicit(&r->state, memory_order_acquire) != RELOAD_OVER) {
            list = &r->older;
            continue;
        }
        *list = r->older;
        reload_free(r);
    }
}
