/* transfer_mail.c - a mail on its way, in a thread of its own.
 *
 * What counts is the answer behind the last line: 250, and the server has the mail, whatever
 * becomes of the connection. QUIT is said, but nobody waits for the answer to it. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/safe.h"
#include "notify/transfer_inside.h"

/* ---- In the mail's thread ---------------------------------------------------------------------
 */

static size_t on_body(char *into, size_t size, size_t count, void *ctx)
{
    struct transfer *x = ctx;
    struct text part = text_cut(buf_text(&x->body), x->sent, x->sent + size * count);
    if (part.len)
        memcpy(into, part.at, part.len);
    x->sent += part.len;
    return part.len;
}

/* The first line that comes once all has been given away is the server's word on it. */
static size_t on_line(char *at, size_t size, size_t count, void *ctx)
{
    struct transfer *x = ctx;
    if (x->sent == x->body.len && !x->answered && size * count > 0) {
        x->answered = true;
        x->accepted = at[0] == '2';
    }
    return transfer_on_answer(at, size, count, ctx);
}

static void each_socket(struct transfer *x, int how)
{
    pthread_mutex_lock(&x->lock);
    for (size_t i = 0; i < MAIL_SOCKETS; i++)
        if (x->sockets[i] >= 0)
            shutdown(x->sockets[i], how);
    pthread_mutex_unlock(&x->lock);
}

static bool swap_socket(struct transfer *x, int from, int to)
{
    bool found = false;
    for (size_t i = 0; i < MAIL_SOCKETS && !found; i++)
        if (x->sockets[i] == from) {
            x->sockets[i] = to;
            found = true;
        }
    return found;
}

static int on_open(void *ctx, curl_socket_t socket, curlsocktype purpose)
{
    struct transfer *x = ctx;
    (void)purpose;
    pthread_mutex_lock(&x->lock);
    swap_socket(x, -1, socket);
    pthread_mutex_unlock(&x->lock);
    return CURL_SOCKOPT_OK;
}

static int on_close(void *ctx, curl_socket_t socket)
{
    struct transfer *x = ctx;
    pthread_mutex_lock(&x->lock);
    swap_socket(x, socket, -1);
    int failed = close(socket);
    pthread_mutex_unlock(&x->lock);
    return failed;
}

/* Not a second is waited for the answer to QUIT: the library would wait for two minutes. */
static int on_said(CURL *easy, curl_infotype kind, char *at, size_t len, void *ctx)
{
    (void)easy;
    if (kind == CURLINFO_HEADER_OUT && text_starts(text_make(at, len), TEXT("QUIT")))
        each_socket(ctx, SHUT_RD);
    return 0;
}

static int on_progress(void *ctx, curl_off_t down, curl_off_t got, curl_off_t up, curl_off_t put)
{
    struct transfer *x = ctx;
    (void)down, (void)got, (void)up, (void)put;
    return atomic_load_explicit(&x->unwanted, memory_order_relaxed);
}

static void *work(void *arg)
{
    struct transfer *x = arg;
    x->code = curl.easy_perform(x->easy);
    /* All is written; meets the acquire in mail_is_over(). */
    atomic_store_explicit(&x->over, true, memory_order_release);
    curl.multi_wakeup(x->wake);
    return NULL;
}

/* ---- In the sender's --------------------------------------------------------------------------
 */

bool mail_set(struct transfer *x)
{
    bool good = true;
    pthread_mutex_init(&x->lock, NULL);
    for (size_t i = 0; i < MAIL_SOCKETS; i++)
        x->sockets[i] = -1;
    TRANSFER_SET(CURLOPT_READFUNCTION, on_body);
    TRANSFER_SET(CURLOPT_READDATA, x);
    TRANSFER_SET(CURLOPT_HEADERFUNCTION, on_line);
    TRANSFER_SET(CURLOPT_SOCKOPTFUNCTION, on_open);
    TRANSFER_SET(CURLOPT_SOCKOPTDATA, x);
    TRANSFER_SET(CURLOPT_CLOSESOCKETFUNCTION, on_close);
    TRANSFER_SET(CURLOPT_CLOSESOCKETDATA, x);
    TRANSFER_SET(CURLOPT_DEBUGFUNCTION, on_said);
    TRANSFER_SET(CURLOPT_DEBUGDATA, x);
    TRANSFER_SET(CURLOPT_VERBOSE, 1L); /* else nothing is said to on_said() */
    TRANSFER_SET(CURLOPT_XFERINFOFUNCTION, on_progress);
    TRANSFER_SET(CURLOPT_XFERINFODATA, x);
    TRANSFER_SET(CURLOPT_NOPROGRESS, 0L);
    return good;
}

bool mail_start(struct transfer *x, CURLM *wake)
{
    sigset_t all, before;
    x->wake = wake;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    bool started = pthread_create(&x->thread, NULL, work, x) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        pthread_setname_np(x->thread, "spate-mail");
    return started;
}

bool mail_is_over(const struct transfer *x)
{
    /* Meets the release in work(). */
    return atomic_load_explicit(&x->over, memory_order_acquire);
}

void mail_break_off(struct transfer *x)
{
    atomic_store_explicit(&x->unwanted, true, memory_order_relaxed);
    each_socket(x, SHUT_RDWR);
}

void mail_join(struct transfer *x)
{
    pthread_join(x->thread, NULL);
}

/* Only what the server says of the whole message is a refusal: a wrong address or password can be
 * put right. */
void mail_judge(const struct transfer *x, struct try_end *end)
{
    long status = 0;
    if (x->code == CURLE_OK || x->accepted) {
        end->result = OUTBOX_TAKEN;
        return;
    }
    curl.easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    error_set(&end->why, "%s",
              safe_str(text_of(x->words[0] ? x->words : curl.easy_strerror(x->code))));
    if (status >= 400)
        error_prefix(&end->why, "SMTP status %ld", status);
    if (x->code == CURLE_WEIRD_SERVER_REPLY && status >= 500 && x->answered)
        end->result = OUTBOX_REFUSED;
}
