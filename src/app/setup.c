#include "app/setup.h"

#include <string.h>

#include "app/config.h"
#include "base/clock.h"
#include "base/time.h"
#include "monitor/cause.h"
#include "parse/filter.h"

static const char *const usual_log = "/var/log/access.log";

static bool resolve_from(const struct settings *s, int64_t window_s, struct follow_options *o,
                         struct error *why)
{
    o->from = FOLLOW_FROM_WINDOW;
    o->back_s = window_s;
    if (!s->from || !strcmp(s->from, "window"))
        return true;
    int64_t ns;
    if (!strcmp(s->from, "end"))
        o->from = FOLLOW_FROM_END;
    else if (!strcmp(s->from, "start"))
        o->from = FOLLOW_FROM_START;
    else if (duration_parse(text_of(s->from), &ns)) {
        o->from = FOLLOW_FROM_BACK;
        o->back_s = (ns + NS_PER_S - 1) / NS_PER_S;
    } else
        return error_set(
            why, "--from: bad value `%s'; accepted by watch: window, end, start or a duration",
            s->from);
    return true;
}

bool setup_init(struct setup *u, const struct settings *s, bool console, struct error *why)
{
    *u = (struct setup){.settings = s, .where = s->filter, .top = settings_top(s, console)};
    u->follow.paths = s->path_count ? s->paths : &usual_log;
    u->follow.path_count = s->path_count ? s->path_count : 1;
    rule_set_init(&u->rules, s, s->config);
    u->fields = dimension_fields(s->only) | u->rules.fields | cause_fields() |
                (s->filter ? filter_fields(s->filter) : 0);
    if (!resolve_from(s, u->rules.window_most_s, &u->follow, why))
        return false;
    u->formats = formats_new(s->formats, s->format_count, why);
    if (u->formats && s->forwarded)
        formats_prefer_forwarded(u->formats);
    return u->formats;
}

void setup_done(struct setup *u)
{
    formats_free(u->formats);
    u->formats = NULL;
    rule_set_done(&u->rules);
}

/* What a format says may stand in a file, and be another by now. */
static bool is_elsewhere(struct text format)
{
    return text_starts(format, TEXT("nginx:")) || text_starts(format, TEXT("apache:"));
}

bool setup_reads_alike(const struct setup *a, const struct setup *b)
{
    const struct settings *x = a->settings, *y = b->settings;
    if (x->forwarded != y->forwarded || x->format_count != y->format_count)
        return false;
    for (size_t i = 0; i < x->format_count; i++)
        if (!text_same(x->formats[i], y->formats[i]) || is_elsewhere(x->formats[i]))
            return false;
    return true;
}
