/* notify.h - the channels by which alerts reach people: what is known of each from the
 * configuration.
 *
 * Constant once made; owned by the configuration, which outlives the senders that use it. Any
 * thread. Secrets are named, not held: they are read when a sender needs them (so that a new one
 * takes over without a restart) and never printed. */
#ifndef SPATE_NOTIFY_NOTIFY_H
#define SPATE_NOTIFY_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NOTIFY_NAME_SIZE = 64, NOTIFY_MOST = 100 };

enum notify_kind {
    NOTIFY_WEBHOOK,      /* JSON by POST; with a secret, signed by HMAC-SHA256 */
    NOTIFY_SLACK,        /* also Mattermost's and Discord's compatible form; its URL is a secret */
    NOTIFY_ALERTMANAGER, /* API v2: `url` is the base, without /api/v2/alerts */
    NOTIFY_MAIL,         /* SMTP: `url` is smtp:// or smtps://, host and port */
    NOTIFY_EXEC,         /* a program of the machine, fed JSON on its standard input */
    NOTIFY_JOURNAL,      /* systemd's journal, by its socket */
    NOTIFY_KIND_COUNT
};

const char *notify_kind_key(enum notify_kind k); /* "webhook", ... */

/* Where a secret is to be found: exactly one is not NULL, or both are NULL: there is none. The
 * value is without its line end. */
struct notify_secret {
    const char *file; /* absolute path */
    const char *env;  /* name of a variable of our environment */
};

struct notify_spec {
    char name[NOTIFY_NAME_SIZE]; /* valid UTF-8 without control characters; unique */
    enum notify_kind kind;

    const char *url; /* NULL: url_secret holds it (slack, webhook), or the kind has none */
    struct notify_secret url_secret; /* url_file, url_env */
    struct notify_secret
        secret; /* webhook: the HMAC key; alertmanager, mail: the password of `user` */
    const char
        *ca_file; /* certificates are verified against this file alone; NULL: as the system does */
    const char *user; /* alertmanager (basic authentication), mail; NULL: none */

    const char *from;      /* mail: one address */
    const char *const *to; /* mail: at least one address */
    size_t to_count;

    const char *const *command; /* exec: an absolute path and its arguments, ended by a NULL */

    const char *const *rules; /* names of the rules that it tells of; count 0: all */
    size_t rule_count;
    bool recoveries; /* tells of recoveries too */

    int64_t
        group_wait_ns;    /* how long a first alert waits for others to go with it; 0: not at all */
    uint32_t rate_most;   /* at most so many messages ... */
    int64_t rate_span_ns; /* ... in each so long */
    int64_t timeout_ns;   /* for one try */
    int64_t give_up_ns;   /* how long after the alert a message that nobody takes is still tried */
};

#endif
