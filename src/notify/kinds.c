/* kinds.c - the kinds of channels: their names in the configuration, what does their work, and
 * which events a channel tells of. */
#include "notify/channel.h"
#include "notify/sender.h"

static const struct kind_row {
    const char *key;
    const struct channel_kind *kind;
} rows[NOTIFY_KIND_COUNT] = {
    [NOTIFY_WEBHOOK] = {"webhook", &channel_webhook},
    [NOTIFY_SLACK] = {"slack", &channel_slack},
    [NOTIFY_ALERTMANAGER] = {"alertmanager", &channel_alertmanager},
    [NOTIFY_MAIL] = {"mail", &channel_mail},
    [NOTIFY_EXEC] = {"exec", &channel_exec},
    [NOTIFY_JOURNAL] = {"journal", &channel_journal},
};

const char *notify_kind_key(enum notify_kind k)
{
    return rows[k].key;
}

const struct channel_kind *channel_kind_of(enum notify_kind k)
{
    return rows[k].kind;
}

bool channel_later(struct try_end *end)
{
    end->result = OUTBOX_LATER;
    return false;
}

bool notify_tells(const struct notify_spec *spec, const struct notify_event *e)
{
    if (e->state == NOTIFY_RECOVERED && !spec->recoveries)
        return false;
    for (size_t i = 0; i < spec->rule_count; i++)
        if (text_same(text_of(spec->rules[i]), e->rule))
            return true;
    return spec->rule_count == 0;
}
