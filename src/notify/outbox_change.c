/* Channels come, go, and become others under the same name. */
#include "notify/outbox_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void channel_init(struct channel *c, const struct notify_spec *spec)
{
    line_done(&c->line);
    line_done(&c->firing);
    rate_done(&c->rate);
    *c = (struct channel){.number = c->number, .spec = spec, .not_before = INT64_MIN};
    rate_init(&c->rate, spec->rate_most, spec->rate_span_ns);
}

struct channel *outbox_channel(struct outbox *o, const struct notify_spec *spec)
{
    size_t i = 0;
    while (i < o->count && o->channels[i]->spec)
        i++;
    if (i == o->count) {
        o->channels = mem_grow(o->channels, o->count + 1, sizeof *o->channels);
        o->channels[i] = mem_new(1, sizeof **o->channels);
        o->channels[i]->number = o->count++;
    }
    channel_init(o->channels[i], spec);
    return o->channels[i];
}

static const struct notify_spec *spec_named(const struct notify_spec *specs, size_t count,
                                            const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(specs[i].name, name) == 0)
            return &specs[i];
    return NULL;
}

static bool same_rate(const struct notify_spec *a, const struct notify_spec *b)
{
    return a->rate_most == b->rate_most && a->rate_span_ns == b->rate_span_ns;
}

static void stays(struct channel *c, const struct notify_spec *spec)
{
    if (!same_rate(c->spec, spec)) {
        rate_done(&c->rate);
        rate_init(&c->rate, spec->rate_most, spec->rate_span_ns);
    }
    if (spec->kind != c->spec->kind)
        line_done(&c->firing);
    c->spec = spec;
}

/* What is under way may still be taken; nobody will ask for it again. */
static size_t leaves(struct outbox *o, struct channel *c)
{
    size_t dropped = c->line.count;
    while (c->line.count)
        outbox_forget(o, c, 0);
    line_done(&c->firing);
    c->frozen = c->alone = 0;
    c->dropped = c->lost = 0;
    c->left = *c->spec;
    c->spec = c->sending ? &c->left : NULL;
    c->leaving = c->sending;
    return dropped;
}

void outbox_change(struct outbox *o, const struct notify_spec *specs, size_t count,
                   void (*left)(void *ctx, const char *name, size_t dropped), void *ctx)
{
    bool *known = mem_new(count + 1, sizeof *known);
    for (size_t i = 0; i < o->count; i++) {
        struct channel *c = o->channels[i];
        if (!channel_is_there(c))
            continue;
        const struct notify_spec *spec = spec_named(specs, count, c->spec->name);
        if (spec) {
            stays(c, spec);
            known[spec - specs] = true;
        } else {
            size_t dropped = leaves(o, c);
            left(ctx, c->left.name, dropped);
        }
    }
    for (size_t i = 0; i < count; i++)
        if (!known[i])
            outbox_channel(o, &specs[i]);
    free(known);
}

const struct notify_spec *outbox_spec(const struct outbox *o, size_t channel)
{
    return o->channels[channel]->spec;
}
