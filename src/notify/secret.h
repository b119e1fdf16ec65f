/* secret.h - secrets are read when they are needed, held for that moment, and wiped.
 *
 * Thread: any, one at a time for each value. */
#ifndef SPATE_NOTIFY_SECRET_H
#define SPATE_NOTIFY_SECRET_H

#include "base/buf.h"
#include "base/error.h"
#include "notify/notify.h"

enum { SECRET_MOST = 4096 };

static inline bool secret_named(const struct notify_secret *s)
{
    return s->file || s->env;
}

/* Its bytes without the line end, and a NUL behind them. False with *why, which names the place but
 * nothing of what stands there: not readable, empty, too long, or with control characters. */
bool secret_read(const struct notify_secret *s, struct buf *out, struct error *why);

/* Overwrites and frees. */
void secret_done(struct buf *secret);

/* The address of a channel: its url, or the secret that holds one, checked as the configuration
 * checks its own. */
bool secret_url(const struct notify_spec *spec, struct buf *out, struct error *why);

#endif
