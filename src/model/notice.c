/* notice.c - what happened to a source, in words. */
#include "model/snapshot.h"
#include <stdio.h>

/* For notices whose text only names the source, or is empty. */
static const char *const words[] = {
    [NOTICE_NONE] = "",
    [NOTICE_WAITING] = "waiting for it to appear",
    [NOTICE_OPENED] = "opened",
    [NOTICE_ROTATED] = "a new file stands under the name, and is followed",
    [NOTICE_TRUNCATED] = "shrank, and is read again from its start",
    [NOTICE_ERROR] = "cannot be read at the moment",
    [NOTICE_FORMAT] = "the format has changed",
    [NOTICE_NO_FORMAT] = "no known format fits",
    [NOTICE_LOSS] = "lines were probably lost",
    [NOTICE_BACKFILLED] = "what stood in it has been read",
    [NOTICE_ENDED] = "has ended",
    [NOTICE_POLLING] = "is looked at now and then",
    [NOTICE_STATE] = "the state on disk",
    [NOTICE_CONFIG] = "the configuration",
};

void snapshot_say(struct snapshot *s, const struct notice *n, const char *path)
{
    bool silent = !n->text[0] || strcmp(n->text, path) == 0;
    const char *text = silent ? words[n->kind] : n->text;
    /* A longer path is cut: a notice is one line of a screen. */
    if (!path[0] || (!silent && strstr(n->text, path)))
        snprintf(s->notice, sizeof(s->notice), "%s", text);
    else
        snprintf(s->notice, sizeof(s->notice), "%.200s: %.270s", path, text);
}
