#include "notify/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/safe.h"
#include "base/time.h"
#include "notify/channel.h"

enum { WARNING = 4, NOTICE = 5 }; /* syslog's priorities */

static void add_field(struct buf *out, const char *name, struct text value)
{
    buf_str(out, name);
    buf_byte(out, '\n');
    for (unsigned i = 0; i < 8; i++)
        buf_byte(out, (char)((uint64_t)value.len >> 8 * i));
    buf_add(out, value);
    buf_byte(out, '\n');
}

static void add_number(struct buf *out, const char *name, uint64_t number)
{
    struct buf digits = {0};
    buf_u64(&digits, number);
    add_field(out, name, buf_text(&digits));
    buf_done(&digits);
}

static void add_rate(struct buf *out, const char *name, double rate)
{
    struct buf digits = {0};
    buf_printf(&digits, "%.3f", rate);
    add_field(out, name, buf_text(&digits));
    buf_done(&digits);
}

static void add_message(struct buf *out, const struct notify_event *e)
{
    struct buf words = {0};
    safe_add(&words, e->message);
    if (e->state == NOTIFY_RECOVERED) {
        buf_str(&words, "; lasted ");
        notify_end_words(&words, e);
    }
    for (size_t i = 0; i < e->cause_count; i++) {
        buf_str(&words, i ? ", " : "; ");
        notify_cause_words(&words, e->metric, &e->causes[i], "");
    }
    add_field(out, "MESSAGE", buf_text(&words));
    buf_done(&words);
}

void journal_entry(struct buf *out, const struct notify_event *e)
{
    char time[TIME_TEXT_SIZE];
    add_message(out, e);
    add_number(out, "PRIORITY", e->state == NOTIFY_FIRING ? WARNING : NOTICE);
    add_field(out, "SYSLOG_IDENTIFIER", TEXT("spate"));
    add_field(out, "SPATE_KEY", text_of(e->key));
    add_field(out, "SPATE_STATE", text_of(notify_state_word(e->state)));
    add_number(out, "SPATE_ALERT", e->alert);
    add_field(out, "SPATE_RULE", e->rule);
    if (e->by.len) {
        add_field(out, "SPATE_PER", e->by);
        add_field(out, "SPATE_OF", e->group);
    }
    add_field(out, "SPATE_TRIGGERED_AT", text_of(time_rfc3339(time, e->triggered_at, 0)));
    if (e->state == NOTIFY_RECOVERED)
        add_field(out, "SPATE_RECOVERED_AT", text_of(time_rfc3339(time, e->recovered_at, 0)));
    add_number(out, "SPATE_HITS", e->hits);
    add_rate(out, "SPATE_RATE", e->rate);
    add_rate(out, "SPATE_PEAK_RATE", e->peak_rate);
    if (e->metric.len) {
        add_field(out, "SPATE_METRIC", e->metric);
        add_field(out, "SPATE_LEVEL", e->level);
        add_field(out, "SPATE_VALUE", e->value_words);
        add_field(out, "SPATE_PEAK", e->peak_words);
    }
    if (e->state == NOTIFY_RECOVERED) {
        int64_t lasted = e->recovered_at - e->triggered_at;
        add_number(out, "SPATE_DURATION", lasted > 0 ? (uint64_t)lasted : 0);
        add_number(out, "SPATE_TOTAL", e->total);
    }
    if (e->reason.len)
        add_field(out, "SPATE_REASON", e->reason);
}

static int open_socket(void)
{
    /* tests have no journal and bring their own socket */
    const char *path = secure_getenv("SPATE_JOURNAL_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    path = path ? path : "/run/systemd/journal/socket";
    if (strlen(path) >= sizeof to.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(to.sun_path, path);
    /* It holds but a few entries: one that is being emptied is worth a moment. */
    struct timeval moment = {.tv_usec = 100000};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &moment, sizeof moment);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to)) {
        int code = errno;
        close(fd);
        errno = code;
        return -1;
    }
    return fd;
}

/* An entry each; those that went before one failed are not sent again. */
static bool begin(const struct message *m, uint64_t tries, struct works *w, size_t number,
                  struct try_end *end)
{
    struct buf entry = {0};
    int fd = open_socket();
    bool good = fd >= 0;
    (void)tries, (void)w, (void)number;
    for (end->taken = 0; good && end->taken < m->count; end->taken += good) {
        buf_clear(&entry);
        journal_entry(&entry, &m->events[end->taken]);
        good = send(fd, entry.at, entry.len, MSG_NOSIGNAL) == (ssize_t)entry.len;
    }
    end->result = good ? OUTBOX_TAKEN : OUTBOX_LATER;
    if (!good)
        error_set(&end->why, "the journal cannot be reached: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
    buf_done(&entry);
    return false;
}

const struct channel_kind channel_journal = {.begin = begin};
