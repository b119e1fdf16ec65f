/* kinds.c - the kinds of channels, by their names in the configuration. */
#include "notify/notify.h"

static const char *const keys[NOTIFY_KIND_COUNT] = {
    [NOTIFY_WEBHOOK] = "webhook", [NOTIFY_SLACK] = "slack", [NOTIFY_ALERTMANAGER] = "alertmanager",
    [NOTIFY_MAIL] = "mail",       [NOTIFY_EXEC] = "exec",   [NOTIFY_JOURNAL] = "journal",
};

const char *notify_kind_key(enum notify_kind k)
{
    return keys[k];
}
