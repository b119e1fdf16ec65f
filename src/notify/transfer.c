#include "notify/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/safe.h"
#include "base/version.h"
#include "notify/curl_late.h"

struct transfer {
    CURL *easy;
    struct curl_slist *headers, *to;
    struct buf body;
    size_t sent, answer;
    size_t number;
    bool mail;
    char words[CURL_ERROR_SIZE];
    struct transfer *next;
};

struct transfers {
    CURLM *multi;
    struct transfer *all;
    int count;
};

enum { FDS_MOST = 64 };

struct transfers *transfers_new(struct error *why)
{
    if (!curl_late(why))
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
    free(x);
}

static void take_out(struct transfers *t, struct transfer *x)
{
    struct transfer **at = &t->all;
    while (*at != x)
        at = &(*at)->next;
    *at = x->next;
    t->count--;
    curl.multi_remove_handle(t->multi, x->easy);
    transfer_free(x);
}

void transfers_free(struct transfers *t)
{
    if (!t)
        return;
    while (t->all)
        take_out(t, t->all);
    curl.multi_cleanup(t->multi);
    free(t);
}

/* ---- A request ------------------------------------------------------------------------------- */

/* Of an answer only the size matters; headers count too, for they are kept by the library. */
static size_t on_answer(char *at, size_t size, size_t count, void *ctx)
{
    struct transfer *x = ctx;
    (void)at;
    x->answer += size * count;
    return x->answer > TRANSFER_ANSWER_MOST ? 0 : size * count;
}

static size_t on_body(char *into, size_t size, size_t count, void *ctx)
{
    struct transfer *x = ctx;
    struct text part = text_cut(buf_text(&x->body), x->sent, x->sent + size * count);
    if (part.len)
        memcpy(into, part.at, part.len);
    x->sent += part.len;
    return part.len;
}

static bool add_to_list(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl.slist_append(*list, line);
    if (longer)
        *list = longer;
    return longer;
}

#define SET(option, value) (good = good && curl.easy_setopt(x->easy, (option), (value)) == CURLE_OK)

static bool set_common(struct transfer *x, const struct transfer_request *r)
{
    bool good = true;
    SET(CURLOPT_URL, r->url);
    SET(CURLOPT_PRIVATE, x);
    SET(CURLOPT_ERRORBUFFER, x->words);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L); /* a name server that is silent holds up no other channel */
    SET(CURLOPT_TIMEOUT_MS, (long)(r->timeout_ns / NS_PER_MS));
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_FRESH_CONNECT,
        1L); /* on an old connection the library itself might repeat a POST */
    SET(CURLOPT_FORBID_REUSE, 1L);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_WRITEFUNCTION, on_answer);
    SET(CURLOPT_WRITEDATA, x);
    SET(CURLOPT_HEADERFUNCTION, on_answer);
    SET(CURLOPT_HEADERDATA, x);
    if (r->user)
        SET(CURLOPT_USERNAME, r->user);
    if (r->user && r->password)
        SET(CURLOPT_PASSWORD, r->password);
    return good;
}

static bool set_http(struct transfer *x, const struct transfer_request *r)
{
    bool good = add_to_list(&x->headers, "Expect:");
    for (size_t i = 0; i < TRANSFER_HEADERS_MOST && r->headers[i]; i++)
        good = good && add_to_list(&x->headers, r->headers[i]);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_USERAGENT, "spate/" SPATE_VERSION);
    SET(CURLOPT_HTTPHEADER, x->headers);
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->body.len);
    SET(CURLOPT_POSTFIELDS, x->body.at);
    if (r->user)
        SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    return good;
}

/* A server on this machine needs no TLS, and its certificate is often made for no name at all. */
static bool is_loopback(const char *url)
{
    static const char *const hosts[] = {"127.", "localhost:", "localhost/", "[::1]"};
    const char *host = strstr(url, "://") + 3;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        if (!strncmp(host, hosts[i], strlen(hosts[i])))
            return true;
    return !strcmp(host, "localhost");
}

static bool set_mail(struct transfer *x, const struct transfer_request *r)
{
    bool good = true;
    long tls = r->user ? CURLUSESSL_ALL : CURLUSESSL_TRY;
    for (size_t i = 0; i < r->to_count; i++)
        good = good && add_to_list(&x->to, r->to[i]);
    if (!strncmp(r->url, "smtp://", 7) && is_loopback(r->url))
        tls = CURLUSESSL_NONE;
    SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(CURLOPT_USE_SSL, tls);
    SET(CURLOPT_MAIL_FROM, r->from);
    SET(CURLOPT_MAIL_RCPT, x->to);
    SET(CURLOPT_MAIL_RCPT_ALLLOWFAILS, r->some_may_fail ? 1L : 0L);
    SET(CURLOPT_UPLOAD, 1L);
    SET(CURLOPT_READFUNCTION, on_body);
    SET(CURLOPT_READDATA, x);
    return good;
}

bool transfers_start(struct transfers *t, size_t number, const struct transfer_request *r,
                     struct try_end *end)
{
    struct transfer *x = mem_new(1, sizeof *x);
    x->number = number;
    x->mail = r->from != NULL;
    buf_add(&x->body, r->body);
    x->easy = curl.easy_init();
    if (!x->easy || !set_common(x, r) || !(x->mail ? set_mail(x, r) : set_http(x, r)) ||
        curl.multi_add_handle(t->multi, x->easy) != CURLM_OK) {
        error_set(&end->why, "the transfer cannot be prepared");
        if (x->easy)
            transfer_free(x);
        else
            free(x);
        return channel_later(end);
    }
    x->next = t->all;
    t->all = x;
    t->count++;
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

/* Only what the server says of the whole message is a refusal: a wrong address or password can be
 * put right. */
static void judge_mail(const struct transfer *x, CURLcode code, struct try_end *end)
{
    long status = 0;
    curl.easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK) {
        end->result = OUTBOX_TAKEN;
        return;
    }
    error_set(&end->why, "%s",
              safe_str(text_of(x->words[0] ? x->words : curl.easy_strerror(code))));
    if (status >= 400)
        error_prefix(&end->why, "SMTP status %ld", status);
    if (code == CURLE_WEIRD_SERVER_REPLY && status >= 500 && x->sent == x->body.len)
        end->result = OUTBOX_REFUSED;
}

bool transfers_next(struct transfers *t, size_t *number, struct try_end *end)
{
    int left;
    CURLMsg *told;
    while ((told = curl.multi_info_read(t->multi, &left))) {
        if (told->msg != CURLMSG_DONE)
            continue;
        char *private = NULL;
        curl.easy_getinfo(told->easy_handle, CURLINFO_PRIVATE, &private);
        struct transfer *x = (struct transfer *)private;
        *number = x->number;
        *end = (struct try_end){.result = OUTBOX_LATER};
        if (x->mail)
            judge_mail(x, told->data.result, end);
        else
            judge_http(x, told->data.result, end);
        take_out(t, x);
        return true;
    }
    return false;
}
