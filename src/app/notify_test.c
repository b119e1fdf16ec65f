/* notify_test.c - `spate notify-test NAME`: one sample alert to one channel, now; what came of it
 * in a line. */
#include "app/commands.h"
#include "app/config.h"
#include "base/clock.h"
#include "base/note.h"
#include "base/safe.h"
#include "notify/sender.h"

static const struct notify_spec *channel_named(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->channel_count; i++)
        if (!strcmp(c->channels[i].name, name))
            return &c->channels[i];
    return NULL;
}

/* "the configuration has ops, chat" */
static void add_known(struct buf *out, const struct config *c)
{
    buf_str(out, "the configuration has ");
    buf_str(out, c->channel_count ? "" : "none");
    for (size_t i = 0; i < c->channel_count; i++) {
        buf_str(out, i ? ", " : "");
        safe_add(out, text_of(c->channels[i].name));
    }
}

static void say_needed(const struct config *c)
{
    struct buf known = {0};
    add_known(&known, c);
    note("notify-test needs the NAME of one channel; %.*s", (int)known.len, known.at);
    buf_done(&known);
}

static void say_unknown(const struct config *c, const char *name)
{
    struct buf known = {0};
    add_known(&known, c);
    note("there is no channel `%s'; %.*s", safe_str(text_of(name)), (int)known.len, known.at);
    buf_done(&known);
}

static struct notify_event sample(void)
{
    struct clock clock = clock_real();
    int64_t now = clock_wall(&clock);
    struct notify_event e = {.state = NOTIFY_TEST,
                             .rule = TEXT("notify-test"),
                             .message =
                                 TEXT("This is a test of spate's notifications: all is well"),
                             .triggered_at = now / NS_PER_S,
                             .raised_wall_ns = now,
                             .cause_count = 1};
    e.causes[0] = (struct notify_cause){TEXT("address"), TEXT("192.0.2.1"), 9.8, 0.71};
    notify_event_name(&e);
    return e;
}

int command_notify_test(const struct settings *s)
{
    if (s->path_count != 1) {
        say_needed(s->config);
        return EXIT_USAGE;
    }
    const struct notify_spec *spec = channel_named(s->config, s->paths[0]);
    if (!spec) {
        say_unknown(s->config, s->paths[0]);
        return EXIT_USAGE;
    }
    struct notify_event e = sample();
    struct error why = {0};
    const char *name = safe_str(text_of(spec->name));
    if (!sender_try(spec, &e, &why)) {
        note("notify %s: %s", name, why.text);
        return EXIT_FAILED;
    }
    note("notify %s: the %s took it", name, notify_kind_key(spec->kind));
    return EXIT_DONE;
}
