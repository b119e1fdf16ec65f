/* slack.c - the form of Slack's incoming webhooks, which Mattermost and Discord (its /slack
 * address) read too: one text. What a client may have written stands between backquotes, where none
 * of the three knows links, mentions or marks; & < > are escaped as Slack wants it. */
#include "notify/slack.h"
#include "base/json.h"
#include "base/safe.h"
#include "notify/webhook.h"

enum { CAUSES_SHOWN = 3 };

static void add_code(struct buf *out, struct text foreign)
{
    buf_byte(out, '`');
    size_t from = out->len;
    safe_add(out, foreign);
    for (size_t i = from; i < out->len; i++)
        if (out->at[i] == '`')
            out->at[i] = '\'';
    buf_byte(out, '`');
}

static void add_event(struct buf *out, const struct notify_event *e)
{
    static const char *const signs[NOTIFY_STATE_COUNT] = {
        [NOTIFY_FIRING] = "\u25b2", [NOTIFY_RECOVERED] = "\u25bc", [NOTIFY_TEST] = "\u25cf"};
    buf_printf(out, "%s %s ", signs[e->state], notify_state_word(e->state));
    add_code(out, e->message);
    if (e->state == NOTIFY_RECOVERED) {
        buf_str(out, " after ");
        message_duration(out, e);
        buf_str(out, ", peak ");
        safe_add(out, e->peak_words);
        buf_printf(out, ", total %llu", (unsigned long long)e->total);
    }
    buf_byte(out, '\n');
    for (size_t i = 0; i < e->cause_count && i < CAUSES_SHOWN; i++) {
        buf_str(out, "    ");
        notify_cause_words(out, &e->causes[i], "`");
        buf_byte(out, '\n');
    }
}

void slack_text(struct buf *out, const struct message *m)
{
    struct buf raw = {0};
    if (m->lost)
        buf_printf(&raw, "%llu earlier notifications were lost\n", (unsigned long long)m->lost);
    for (size_t i = 0; i < m->count; i++)
        add_event(&raw, &m->events[i]);
    for (size_t i = 0; i < raw.len; i++)
        switch (raw.at[i]) {
        case '&': buf_str(out, "&amp;"); break;
        case '<': buf_str(out, "&lt;"); break;
        case '>': buf_str(out, "&gt;"); break;
        default: buf_byte(out, raw.at[i]);
        }
    buf_done(&raw);
}

static bool begin(const struct message *m, uint64_t tries, struct works *w, size_t number,
                  struct try_end *end)
{
    struct buf text = {0}, body = {0};
    struct json j = json_on(&body);
    (void)tries;
    slack_text(&text, m);
    json_open(&j);
    json_key(&j, "text");
    json_text(&j, buf_text(&text));
    json_close(&j);
    bool started = webhook_post(m, buf_text(&body), w, number, end);
    buf_done(&text);
    buf_done(&body);
    return started;
}

const struct channel_kind channel_slack = {begin};
