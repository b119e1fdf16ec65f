/* alertmanager.c - Prometheus Alertmanager, API v2.
 *
 * It knows an alert by its labels: the rule, what the alert is of, and the machine. A firing one
 * ends by itself a few minutes ahead unless it is told again, so that nothing fires there forever
 * when we are gone. Times are those of the log, but never ahead of the machine's clock:
 * Alertmanager would take an end in the future for no end. */
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/safe.h"
#include "notify/alertmanager.h"
#include "notify/secret.h"
#include "notify/transfer.h"

enum { ENDS_AHEAD_S = 5 * OUTBOX_AGAIN_S };

static void put(struct json *j, const char *key, struct text value)
{
    json_key(j, key);
    json_text(j, value);
}

static void put_labels(struct json *j, const struct notify_event *e, const struct message *m)
{
    json_key(j, "labels");
    json_open(j);
    put(j, "alertname", e->rule);
    put(j, "job", TEXT("spate"));
    put(j, "instance", text_of(m->host));
    if (e->state == NOTIFY_TEST)
        put(j, "test", text_of(e->key)); /* apart from every real alert */
    if (e->by.len) {
        put(j, "per", e->by);
        put(j, "of", e->group);
    }
    json_close(j);
}

static void put_annotations(struct json *j, const struct notify_event *e)
{
    struct buf words = {0};
    json_key(j, "annotations");
    json_open(j);
    put(j, "summary", e->message);
    if (e->state == NOTIFY_RECOVERED) {
        buf_str(&words, "lasted ");
        notify_end_words(&words, e);
        put(j, "description", buf_text(&words));
        buf_clear(&words);
    }
    for (size_t i = 0; i < e->cause_count; i++) {
        buf_str(&words, i ? "\n" : "");
        notify_cause_words(&words, e->metric, &e->causes[i], "");
    }
    if (e->cause_count)
        put(j, "cause", buf_text(&words));
    json_close(j);
    buf_done(&words);
}

static void put_alert(struct json *j, const struct notify_event *e, const struct message *m)
{
    int64_t now = m->wall_ns / NS_PER_S, raised = e->raised_wall_ns / NS_PER_S;
    int64_t latest = raised < now ? raised : now;
    int64_t starts = e->triggered_at < latest ? e->triggered_at : latest;
    int64_t ends = e->recovered_at < latest ? e->recovered_at : latest;
    json_open(j);
    put_labels(j, e, m);
    put_annotations(j, e);
    json_put_time(j, "startsAt", true, starts);
    if (e->state == NOTIFY_FIRING)
        json_put_time(j, "endsAt", true, now + ENDS_AHEAD_S);
    else
        json_put_time(j, "endsAt", true,
                      e->state == NOTIFY_TEST ? now + OUTBOX_AGAIN_S
                      : ends > starts         ? ends
                                              : starts);
    json_close(j);
}

/* Of several about one alert only the last counts there, and two in one message would be taken in
 * any order. */
static bool is_outdated(const struct message *m, size_t index)
{
    for (size_t i = index + 1; i < m->count; i++)
        if (m->events[i].alert == m->events[index].alert ||
            (text_same(m->events[i].rule, m->events[index].rule) &&
             text_same(m->events[i].by, m->events[index].by) &&
             text_same(m->events[i].group, m->events[index].group)))
            return m->events[index].state != NOTIFY_TEST;
    return false;
}

void alertmanager_json(struct buf *out, const struct message *m)
{
    struct json j = json_on(out);
    json_list(&j);
    for (size_t i = 0; i < m->count; i++)
        if (!is_outdated(m, i))
            put_alert(&j, &m->events[i], m);
    json_unlist(&j);
}

static bool begin(const struct message *m, uint64_t tries, struct works *w, size_t number,
                  struct try_end *end)
{
    struct buf url = {0}, body = {0}, password = {0};
    struct transfer_request r = {.user = m->spec->user,
                                 .timeout_ns = m->spec->timeout_ns,
                                 .ca_file = m->spec->ca_file,
                                 .headers = {"Content-Type: application/json"}};
    bool started = false;
    (void)tries;
    if (secret_named(&m->spec->secret) && !secret_read(&m->spec->secret, &password, &end->why)) {
        channel_later(end);
        goto done;
    }
    struct text base = text_of(m->spec->url);
    while (text_ends(base, TEXT("/")))
        base.len--;
    buf_add(&url, base);
    buf_str(&url, "/api/v2/alerts");
    buf_byte(&url, 0);
    alertmanager_json(&body, m);
    r.url = url.at;
    r.body = buf_text(&body);
    r.password = password.at;
    started = transfers_start(w->transfers, number, &r, end);
done:
    buf_done(&url);
    buf_done(&body);
    secret_done(&password);
    return started;
}

const struct channel_kind channel_alertmanager = {.begin = begin};
