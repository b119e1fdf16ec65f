#include "notify/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/safe.h"
#include "notify/nettle_late.h"
#include "notify/transfer_inside.h"

struct transfers {
    CURLM *multi;
    struct transfer *all;
    int count;   /* of those over HTTP */
    bool broken; /* none of them goes on */
};

enum { FDS_MOST = 64 };

struct transfers *transfers_new(struct error *why)
{
    if (!nettle_late(why) || !curl_late(why))
        return NULL;
    CURLM *multi = curl.multi_init();
    if (!multi) {
        error_set(why, "notifications cannot be sent: the transfer library does not start");
        return NULL;
    }
    struct transfers *t = mem_new(1, sizeof *t);
    t->multi = multi;
    return t;
}

static void transfer_free(struct transfer *x)
{
    curl.easy_cleanup(x->easy);
    curl.slist_free_all(x->headers);
    curl.slist_free_all(x->to);
    buf_done(&x->body);
    pthread_mutex_destroy(&x->lock);
    free(x);
}

static void take_out(struct transfers *t, struct transfer *x)
{
    struct transfer **at = &t->all;
    while (*at != x)
        at = &(*at)->next;
    *at = x->next;
    if (!x->mail) {
        t->count--;
        curl.multi_remove_handle(t->multi, x->easy);
    }
    transfer_free(x);
}

void transfers_break_off(struct transfers *t)
{
    t->broken = true;
    for (struct transfer *x = t->all; x; x = x->next)
        if (x->mail)
            mail_break_off(x);
}

/* ---- The start ------------------------------------------------------------------------------- */

static bool set_off(struct transfers *t, struct transfer *x)
{
    if (x->mail)
        return mail_start(x, t->multi);
    bool added = curl.multi_add_handle(t->multi, x->easy) == CURLM_OK;
    t->count += added;
    return added;
}

bool transfers_start(struct transfers *t, size_t number, const struct transfer_request *r,
                     struct try_end *end)
{
    struct transfer *x = mem_new(1, sizeof *x);
    x->number = number;
    x->mail = r->from != NULL;
    buf_add(&x->body, r->body);
    pthread_mutex_init(&x->lock, NULL);
    x->easy = curl.easy_init();
    if (!x->easy || !transfer_set(x, r) || !set_off(t, x)) {
        error_set(&end->why, "the transfer cannot be prepared");
        transfer_free(x);
        return channel_later(end);
    }
    x->next = t->all;
    t->all = x;
    return true;
}

/* ---- Work ------------------------------------------------------------------------------------ */

void transfers_wait(struct transfers *t, const struct pollfd *fds, size_t count, int64_t timeout_ns)
{
    struct curl_waitfd extra[FDS_MOST];
    int running;
    if (count > FDS_MOST)
        count = FDS_MOST;
    for (size_t i = 0; i < count; i++)
        extra[i] = (struct curl_waitfd){
            .fd = fds[i].fd,
            .events = (short)((fds[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
                              (fds[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0))};
    int64_t ms = timeout_ns <= 0 ? 0 : (timeout_ns - 1) / NS_PER_MS + 1;
    curl.multi_perform(t->multi, &running); /* what has just been added sets its own times */
    if (running < t->count)
        return; /* one has ended just now: nothing would wake us */
    curl.multi_poll(t->multi, extra, (unsigned)count, ms > 60000 ? 60000 : (int)ms, NULL);
    curl.multi_perform(t->multi, &running);
}

void transfers_wake(struct transfers *t)
{
    curl.multi_wakeup(t->multi);
}

/* ---- The end --------------------------------------------------------------------------------- */

/* Statuses that say that this message is wrong, not that now is the wrong time. */
static bool is_refusal(long status)
{
    static const short refusals[] = {400, 405, 406, 411, 413, 414, 415, 422, 431, 501};
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (refusals[i] == status)
            return true;
    return false;
}

static void judge_http(const struct transfer *x, CURLcode code, struct try_end *end)
{
    long status = 0;
    curl_off_t asked_s = 0;
    curl.easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    curl.easy_getinfo(x->easy, CURLINFO_RETRY_AFTER, &asked_s);
    if (asked_s > 0)
        end->asked_ns = (asked_s < 86400 ? asked_s : 86400) * NS_PER_S;
    if (status >= 200 && status < 300)
        end->result = OUTBOX_TAKEN;
    else if (status >= 300 && status < 400)
        error_set(&end->why, "HTTP status %ld: redirects are not followed", status);
    else if (status >= 200)
        error_set(&end->why, "HTTP status %ld", status);
    else
        error_set(&end->why, "%s",
                  safe_str(text_of(x->words[0] ? x->words : curl.easy_strerror(code))));
    if (is_refusal(status))
        end->result = OUTBOX_REFUSED;
}

static struct transfer *told(struct transfers *t, CURLcode *code)
{
    int left;
    CURLMsg *message;
    while ((message = curl.multi_info_read(t->multi, &left))) {
        char *private = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        *code = message->data.result;
        curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        return (struct transfer *)private;
    }
    return NULL;
}

/* One that the library does not speak of: a mail, or one that was broken off. */
static struct transfer *over(const struct transfers *t)
{
    struct transfer *x = t->all;
    while (x && !t->broken && !(x->mail && mail_is_over(x)))
        x = x->next;
    return x;
}

bool transfers_next(struct transfers *t, size_t *number, struct try_end *end)
{
    CURLcode code = CURLE_ABORTED_BY_CALLBACK;
    struct transfer *x = told(t, &code);
    if (!x && !(x = over(t)))
        return false;
    *number = x->number;
    *end = (struct try_end){.result = OUTBOX_LATER};
    if (x->mail) {
        mail_join(x);
        mail_judge(x, end);
    } else {
        judge_http(x, code, end);
    }
    take_out(t, x);
    return true;
}

void transfers_free(struct transfers *t)
{
    size_t number;
    struct try_end end;
    if (!t)
        return;
    transfers_break_off(t);
    while (transfers_next(t, &number, &end))
        ;
    curl.multi_cleanup(t->multi);
    free(t);
}
