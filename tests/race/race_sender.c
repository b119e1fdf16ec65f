/* race_sender.c - four threads raise alerts, a keeper writes them down and hands them on, the
 * sender tells two webhooks (one of which fails at times), a program and a journal that is not
 * there: each message is taken once and forgotten once, and who raises never waits. Plain main: for
 * ThreadSanitizer. */
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/state_post.h"
#include "base/clock.h"
#include "base/pack.h"
#include "notify/events.h"

enum { RAISERS = 4, EACH = 250, ALL = RAISERS * EACH, CHANNELS = 4, TAKING = 3 };

static void expect(bool truth, const char *what)
{
    if (truth)
        return;
    fprintf(stderr, "race_sender: %s\n", what);
    exit(1);
}

/* ---- A receiver: how many events it has taken --------------------------------------------------
 */

struct receiver {
    int listener;
    char url[64];
    unsigned fails_every; /* 0: never */
    atomic_uint requests, events;
};

/* A whole request; the number of alerts in it. */
static unsigned read_request(int fd)
{
    static _Thread_local char all[1 << 20];
    size_t len = 0, body = 0, want = 0;
    while (len < sizeof all - 1) {
        ssize_t got = read(fd, all + len, sizeof all - 1 - len);
        if (got <= 0)
            return 0;
        len += (size_t)got;
        all[len] = 0;
        char *end = strstr(all, "\r\n\r\n"), *length = strstr(all, "Content-Length: ");
        if (end && length) {
            body = (size_t)(end + 4 - all);
            want = strtoul(length + 16, NULL, 10);
        }
        if (body && len >= body + want)
            break;
    }
    unsigned events = 0;
    for (char *at = all + body; (at = strstr(at, "\"state\":\"firing\"")); at++)
        events++;
    return events;
}

static void *receive(void *arg)
{
    struct receiver *r = arg;
    for (;;) {
        int fd = accept(r->listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        unsigned events = read_request(fd), number = atomic_fetch_add(&r->requests, 1);
        bool fails = r->fails_every && number < 4 && number % r->fails_every == 0;
        const char *answer = fails ? "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
                                   : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        if (!fails)
            atomic_fetch_add(&r->events, events);
        if (write(fd, answer, strlen(answer)) < 0)
            perror("write");
        close(fd);
    }
}

static void open_receiver(struct receiver *r, pthread_t *thread)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    r->listener = socket(AF_INET, SOCK_STREAM, 0);
    expect(bind(r->listener, (struct sockaddr *)&at, sizeof at) == 0, "no port");
    expect(listen(r->listener, 64) == 0, "not listening");
    getsockname(r->listener, (struct sockaddr *)&at, &size);
    snprintf(r->url, sizeof r->url, "http://127.0.0.1:%u/", ntohs(at.sin_port));
    pthread_create(thread, NULL, receive, r);
}

/* ---- Those who raise, and the keeper ----------------------------------------------------------
 */

struct world {
    struct post *post;
    pthread_mutex_t lock; /* guards the slot */
    struct buf slot;
    atomic_bool over;
    atomic_uint raised, wakes;
    unsigned added[CHANNELS], gone[CHANNELS]; /* the keeper's; read when it has left */
    const struct notify_spec *specs;
};

static void *raise_all(void *arg)
{
    struct world *w = arg;
    for (unsigned i = 0; i < EACH; i++) {
        struct notify_event e = event_of(atomic_fetch_add(&w->raised, 1) + 1, NOTIFY_FIRING);
        struct clock clock = clock_real();
        struct buf packed = {0};
        e.raised_wall_ns = clock_wall(&clock);
        notify_event_pack(&packed, &e);
        pthread_mutex_lock(&w->lock);
        pack_text(&w->slot, buf_text(&packed));
        pthread_mutex_unlock(&w->lock);
        buf_done(&packed);
        if (i % 50 == 0)
            usleep(20000);
    }
    return NULL;
}

static void count_change(struct world *w, const struct store_change *c)
{
    for (size_t i = 0; i < c->message_count; i++)
        for (size_t k = 0; k < CHANNELS; k++) {
            if (!text_same(c->messages[i].channel, text_of(w->specs[k].name)))
                continue;
            w->added[k] += c->messages[i].change == STORE_ADD;
            w->gone[k] += c->messages[i].change == STORE_GONE;
        }
}

static void keep_once(struct world *w, bool fails)
{
    struct store_change c = {0};
    struct buf taken = {0};
    pthread_mutex_lock(&w->lock);
    struct buf swapped = w->slot;
    w->slot = taken;
    pthread_mutex_unlock(&w->lock);
    post_take(w->post, buf_text(&swapped));
    buf_done(&swapped);
    if (post_has_change(w->post)) {
        post_change(w->post, &c);
        if (!fails) { /* else the same comes again */
            count_change(w, &c);
            post_written(w->post);
        }
    }
    post_tell(w->post);
}

static void *keep(void *arg)
{
    struct world *w = arg;
    for (unsigned i = 0; !atomic_load(&w->over); i++) {
        keep_once(w, i % 3 == 0);
        usleep(1000);
    }
    keep_once(w, false);
    return NULL;
}

static void on_wake(void *ctx)
{
    struct world *w = ctx;
    atomic_fetch_add(&w->wakes, 1);
}

/* ---- All together ------------------------------------------------------------------------------
 */

int main(void)
{
    static const char *const program[] = {"/bin/cat", NULL};
    struct receiver good = {0}, bad = {.fails_every = 2};
    struct notify_spec specs[CHANNELS] = {spec_of(NOTIFY_WEBHOOK), spec_of(NOTIFY_WEBHOOK),
                                          spec_of(NOTIFY_EXEC), spec_of(NOTIFY_JOURNAL)};
    pthread_t receivers[2], raisers[RAISERS], keeper;
    struct world w = {.post = post_new(), .specs = specs};
    struct error why = {0};
    signal(SIGPIPE, SIG_IGN);
    setenv("SPATE_JOURNAL_SOCKET", "/nonexistent/socket", 1);
    pthread_mutex_init(&w.lock, NULL);
    open_receiver(&good, &receivers[0]);
    open_receiver(&bad, &receivers[1]);
    specs[0].url = good.url;
    specs[1].url = bad.url;
    specs[2].command = program;
    for (size_t i = 0; i < CHANNELS; i++) {
        snprintf(specs[i].name, sizeof specs[i].name, "channel %zu", i);
        specs[i].group_wait_ns = 0;
        specs[i].rate_most = 100000;
    }
    post_on_change(w.post, on_wake, &w);
    struct sender_options o = {.specs = specs, .count = CHANNELS, .keep = post_keep(w.post)};
    struct sender *s = sender_new(&o, &why);
    expect(s && sender_start(s, &why), "the sender does not start");
    post_connect(w.post, specs, CHANNELS, s);

    pthread_create(&keeper, NULL, keep, &w);
    for (size_t i = 0; i < RAISERS; i++)
        pthread_create(&raisers[i], NULL, raise_all, &w);
    for (size_t i = 0; i < RAISERS; i++)
        pthread_join(raisers[i], NULL);
    for (int i = 0; i < 1800 && (atomic_load(&good.events) < ALL || atomic_load(&bad.events) < ALL);
         i++)
        usleep(50000);
    size_t left = sender_stop(s, 10 * NS_PER_S);
    post_disconnect(w.post);
    atomic_store(&w.over, true);
    pthread_join(keeper, NULL);
    sender_free(s);
    post_free(w.post);
    for (size_t i = 0; i < 2; i++) {
        struct receiver *r = i ? &bad : &good;
        shutdown(r->listener, SHUT_RDWR);
        pthread_join(receivers[i], NULL);
        close(r->listener);
    }

    printf("%u and %u taken in %u and %u requests, %zu left, %u wakes\n", atomic_load(&good.events),
           atomic_load(&bad.events), atomic_load(&good.requests), atomic_load(&bad.requests), left,
           atomic_load(&w.wakes));
    expect(atomic_load(&good.events) == ALL, "the good receiver lacks some, or has some twice");
    expect(atomic_load(&bad.events) == ALL, "the failing receiver lacks some, or has some twice");
    for (size_t k = 0; k < TAKING; k++)
        expect(w.gone[k] == ALL, "a taken message is not forgotten once");
    expect(left == ALL && w.gone[TAKING] == 0, "the journal's messages wait");
    expect(w.added[TAKING] == ALL, "and are kept");
    return 0;
}
