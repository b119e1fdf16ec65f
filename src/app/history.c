/* history.c - `spate history`: what a state remembers, also while another process goes on with it.
 */
#include <stdlib.h>

#include "app/commands.h"
#include "app/output.h"
#include "app/state.h"
#include "base/clock.h"
#include "base/note.h"
#include "base/safe.h"
#include "base/time.h"
#include "render/history.h"
#include "store/store.h"

/* Spans up to which minutes, and hours, are what one wants to see. */
#define MINUTES_MOST_S (6 * 3600)
#define HOURS_MOST_S   (14 * 86400)
#define DEFAULT_FROM   "24h"

/* A time, or a duration before the end of what is kept. */
static bool second_of(const char *option, const char *word, int64_t end, int64_t *second,
                      struct error *why)
{
    int64_t ns;
    if (time_parse(text_of(word), second, NULL))
        return true;
    if (!duration_parse(text_of(word), &ns))
        return error_set(
            why, "%s: bad value `%s'; accepted by history: a duration such as 24h, or a time",
            option, safe_str(text_of(word)));
    *second = end - (ns + NS_PER_S - 1) / NS_PER_S;
    return true;
}

static bool find_span(const struct settings *s, int64_t end, struct history_span *span,
                      struct error *why)
{
    span->to = end;
    if (s->path_count)
        return error_set(why, "history reads a state (--state DIR), no FILE");
    if ((s->to && !second_of("--to", s->to, end, &span->to, why)) ||
        !second_of("--from", s->from ? s->from : DEFAULT_FROM, end, &span->from, why))
        return false;
    if (span->from >= span->to)
        return error_set(why, "--from must be before --to");
    int64_t length = span->to - span->from;
    span->step_s = s->by                      ? s->by
                   : length <= MINUTES_MOST_S ? ROLLUP_MINUTE
                   : length <= HOURS_MOST_S   ? ROLLUP_HOUR
                                              : ROLLUP_DAY;
    span->sections = settings_top(s, false);
    return true;
}

struct gathered {
    struct rollups *rollups;
    int64_t span_s;
    unsigned damaged;
};

static bool on_rollup(void *ctx, int64_t start, struct text bytes)
{
    struct gathered *g = ctx;
    struct rollup *r = rollup_unpack(start, g->span_s, bytes);
    g->damaged += r == NULL;
    if (r)
        rollups_add(g->rollups, r, g->span_s);
    rollup_free(r);
    return true;
}

static bool gather(struct store *store, const struct history_span *span, struct gathered *g)
{
    for (enum store_span kind = STORE_MINUTES; kind < STORE_SPANS; kind++) {
        g->span_s = store_span_s(kind);
        int64_t from = rollup_floor(span->from, g->span_s);
        if (store_rollups(store, kind, from, span->to, on_rollup, g) != DB_DONE) {
            note("cannot read the state: %s", store_why(store));
            return false;
        }
    }
    if (g->damaged)
        note("rows that another version of spate wrote, or that are damaged, are left out: %u", g->damaged);
    return true;
}

static bool print(const struct settings *s, const struct gathered *g,
                  const struct history_span *span)
{
    struct buf out = {0};
    struct history *h = history_of(g->rollups, span);
    if (s->output == OUTPUT_JSON)
        history_json(&out, h);
    else if (s->output == OUTPUT_CSV)
        history_csv(&out, h);
    else
        history_text(&out, h, s->ascii);
    bool written = output_write(&out, -1);
    history_free(h);
    buf_done(&out);
    return written;
}

static struct store *look(const struct settings *s, struct error *why)
{
    bool linked;
    char *dir = state_directory(s->state, &linked, why);
    if (!dir)
        return NULL;
    struct store_options o = state_store_options(dir, linked);
    struct store *store = store_look(&o, why);
    free(dir);
    return store;
}

/* Where nothing is kept yet: the minute that it is now. */
static int64_t now_end(void)
{
    struct clock clock = clock_real();
    return rollup_floor(clock_wall(&clock) / NS_PER_S, ROLLUP_MINUTE) + ROLLUP_MINUTE;
}

int command_history(const struct settings *s)
{
    struct error why = {0};
    struct history_span span;
    struct gathered g = {.rollups = rollups_new()};
    int64_t end = 0;
    int code = EXIT_FAILED;
    struct store *store = look(s, &why);
    if (!store || store_end_of(store, &end) != DB_DONE) {
        note("%s", store ? store_why(store) : why.text);
    } else if (!find_span(s, end ? end : now_end(), &span, &why)) {
        note("%s", why.text);
        code = EXIT_USAGE;
    } else if (gather(store, &span, &g) && print(s, &g, &span)) {
        code = EXIT_DONE;
    }
    store_close(store);
    rollups_free(g.rollups);
    return code;
}
