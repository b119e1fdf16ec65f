/* notice.c - what happened to a source, in words. */
#include "model/snapshot.h"
#include <stdio.h>

/* %1: the path; the text of the notice follows where there is one. */
static const struct notice_words {
    const char *words;
    bool alone; /* the words say it all: the text adds nothing */
} notice_words[] = {
    [NOTICE_NONE] = {"", true},
    [NOTICE_WAITING] = {"waiting for the file", false},
    [NOTICE_OPENED] = {"opened", true},
    [NOTICE_ROTATED] = {"rotated, a new file is followed", false},
    [NOTICE_TRUNCATED] = {"truncated, read again from its start", false},
    [NOTICE_ERROR] = {"cannot be read", false},
    [NOTICE_FORMAT] = {"format", false},
    [NOTICE_NO_FORMAT] = {"no known format fits", false},
    [NOTICE_LOSS] = {"lines were probably lost", false},
    [NOTICE_BACKFILLED] = {"what stood in it has been read", true},
    [NOTICE_ENDED] = {"ended", true},
};

void snapshot_say(struct snapshot *s, const struct notice *n, const char *path)
{
    const struct notice_words *w = &notice_words[n->kind];
    const char *colon = path[0] ? ": " : "";
    /* A longer path or text is cut: a notice is one line of a screen. */
    if (w->alone || !n->text[0] || strcmp(n->text, path) == 0)
        snprintf(s->notice, sizeof(s->notice), "%.200s%s%s", path, colon, w->words);
    else
        snprintf(s->notice, sizeof(s->notice), "%.200s%s%s: %.220s", path, colon, w->words,
                 n->text);
}
