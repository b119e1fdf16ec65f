/* transfer.h - requests over HTTP and SMTP, many at once in one thread; the home of libcurl.
 *
 * HTTP in the sender's thread, each mail in one of its own (transfer_inside.h says why).
 *
 * http, https, smtp and smtps only; certificates and host names are verified; no redirect is
 * followed, no proxy of the environment used, no connection used twice; an answer is cut at
 * TRANSFER_ANSWER_MOST bytes, headers included. What counts is the status: once a receiver has said
 * 2xx it has taken the message, whatever becomes of the rest of its answer.
 *
 * Owns the connections, the threads and copies of what is sent. One thread, but for
 * transfers_wake(). */
#ifndef SPATE_NOTIFY_TRANSFER_H
#define SPATE_NOTIFY_TRANSFER_H

#include "notify/channel.h"
#include <poll.h>

enum { TRANSFER_ANSWER_MOST = 64 * 1024, TRANSFER_HEADERS_MOST = 6 };

struct transfer_request {
    const char *url;
    struct text body;
    const char *ca_file;         /* NULL: the authorities that the system trusts */
    const char *user, *password; /* NULL: none */
    int64_t timeout_ns;
    /* HTTP: "Name: value"; ended by a NULL or full */
    const char *headers[TRANSFER_HEADERS_MOST];
    /* SMTP */
    const char *from; /* NULL: this is HTTP */
    const char *const *to;
    size_t to_count;
    bool some_may_fail; /* it goes to those addresses that the server takes */
};

struct transfers *transfers_new(struct error *why);
void transfers_free(struct transfers *t); /* what is under way is broken off; accepts NULL */

/* False with end->why when it cannot even begin. */
bool transfers_start(struct transfers *t, size_t number, const struct transfer_request *r,
                     struct try_end *end);

/* Works on what is under way until something happens: a transfer moves, one of `fds` is ready, the
 * time is over, or somebody calls transfers_wake(). */
void transfers_wait(struct transfers *t, const struct pollfd *fds, size_t count,
                    int64_t timeout_ns);
void transfers_wake(struct transfers *t); /* any thread */

/* None of those under way goes on: transfers_next() tells how far each had come. A mail's thread
 * may need a second to notice. */
void transfers_break_off(struct transfers *t);

/* The next one that has ended. */
bool transfers_next(struct transfers *t, size_t *number, struct try_end *end);

#endif
