/* mail.c - a mail by SMTP. Addresses are plain ones of the configuration; all else is encoded, so
 * that no text of a log can make a header or end the body. TLS: always with smtps and wherever a
 * password is sent, else when the server offers it; not on the machine itself. */
#include "notify/mail.h"

#include "base/clock.h"
#include "base/safe.h"
#include "base/time.h"
#include "notify/channel.h"
#include "notify/mime.h"
#include "notify/secret.h"
#include "notify/transfer.h"

enum { STRICT_TRIES = 3 };

static void add_line(struct buf *out, const char *label, struct text value)
{
    buf_printf(out, "  %-10s ", label);
    safe_add(out, value);
    buf_byte(out, '\n');
}

static void add_event(struct buf *out, const struct notify_event *e)
{
    char time[TIME_TEXT_SIZE];
    safe_add(out, e->message);
    buf_byte(out, '\n');
    add_line(out, "state", text_of(notify_state_word(e->state)));
    add_line(out, "rule", e->rule);
    if (e->by.len)
        add_line(out, "of", e->group);
    add_line(out, "triggered", text_of(time_rfc3339(time, e->triggered_at, 0)));
    if (e->state == NOTIFY_RECOVERED) {
        add_line(out, "recovered", text_of(time_rfc3339(time, e->recovered_at, 0)));
        buf_printf(out, "  %-10s ", "after");
        message_duration(out, e);
        buf_byte(out, '\n');
    }
    if (e->metric.len) {
        add_line(out, "measured", e->metric);
        add_line(out, "level", e->level);
        add_line(out, "value", e->value_words);
        add_line(out, "peak", e->peak_words);
    }
    buf_printf(out, "  %-10s %llu\n", "hits", (unsigned long long)e->hits);
    if (e->state == NOTIFY_RECOVERED) {
        buf_printf(out, "  %-10s ", "total");
        notify_total_words(out, e);
        buf_byte(out, '\n');
    }
    for (size_t i = 0; i < e->cause_count; i++) {
        buf_printf(out, "  %-10s ", i ? "" : "cause");
        notify_cause_words(out, e->metric, &e->causes[i], "");
        buf_byte(out, '\n');
    }
    buf_byte(out, '\n');
}

static void add_subject(struct buf *out, const struct message *m)
{
    struct buf title = {0};
    buf_printf(&title, "[spate %s] ", m->host);
    message_title(&title, m);
    mime_header(out, "Subject", buf_text(&title));
    buf_done(&title);
}

void mail_text(struct buf *out, const struct message *m)
{
    struct buf body = {0};
    buf_printf(out, "From: <%s>\r\n", m->spec->from);
    for (size_t i = 0; i < m->spec->to_count; i++)
        buf_printf(out, "%s<%s>%s", i ? " " : "To: ", m->spec->to[i],
                   i + 1 < m->spec->to_count ? ",\r\n" : "\r\n");
    add_subject(out, m);
    buf_str(out, "Date: ");
    mime_date(out, m->wall_ns / NS_PER_S);
    buf_printf(out, "\r\nMessage-ID: <%s@spate.%s>\r\n", m->key, m->host);
    buf_str(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                 "Content-Type: text/plain; charset=utf-8\r\n"
                 "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
    if (m->lost)
        buf_printf(&body, "%llu earlier notifications were lost\n\n", (unsigned long long)m->lost);
    for (size_t i = 0; i < m->count; i++)
        add_event(&body, &m->events[i]);
    mime_body(out, buf_text(&body));
    buf_done(&body);
}

static bool begin(const struct message *m, uint64_t tries, struct works *w, size_t number,
                  struct try_end *end)
{
    struct buf mail = {0}, password = {0};
    struct transfer_request r = {.url = m->spec->url,
                                 .user = m->spec->user,
                                 .timeout_ns = m->spec->timeout_ns,
                                 .ca_file = m->spec->ca_file,
                                 .from = m->spec->from,
                                 .to = m->spec->to,
                                 .to_count = m->spec->to_count,
                                 .some_may_fail = tries >= STRICT_TRIES};
    bool started = false;
    if (secret_named(&m->spec->secret) && !secret_read(&m->spec->secret, &password, &end->why)) {
        channel_later(end);
    } else {
        mail_text(&mail, m);
        r.body = buf_text(&mail);
        r.password = password.at;
        started = transfers_start(w->transfers, number, &r, end);
    }
    buf_done(&mail);
    secret_done(&password);
    return started;
}

const struct channel_kind channel_mail = {.begin = begin};
