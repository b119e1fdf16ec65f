/* test_bodies.c - what is sent, whatever a client has written into the log: read back by others. */
#include "events.h"

#include <criterion/criterion.h>

#include <jansson.h>

#include "base/mem.h"
#include "notify/alertmanager.h"
#include "notify/journal.h"
#include "notify/mail.h"
#include "notify/message.h"
#include "notify/mime.h"
#include "notify/nettle_late.h"
#include "notify/slack.h"
#include "notify/webhook.h"

/* A message of these events; done by the caller, who frees *packed too. */
static void make(struct message *m, const struct notify_spec *spec,
                 const struct notify_event *events, size_t count, struct buf *packed)
{
    size_t ends[17] = {0};
    struct text texts[16];
    cr_assert(nettle_late(NULL));
    for (size_t i = 0; i < count; i++) {
        notify_event_pack(packed, &events[i]);
        ends[i + 1] = packed->len;
    }
    for (size_t i = 0; i < count; i++)
        texts[i] = text_make(packed->at + ends[i], ends[i + 1] - ends[i]);
    cr_assert(message_make(m, spec, texts, count));
    m->wall_ns = WALL + 200 * NS_PER_S;
    m->host = "web1";
}

static json_t *parsed(const struct buf *body)
{
    json_error_t why;
    json_t *j = json_loadb(body->at, body->len, JSON_REJECT_DUPLICATES, &why);
    cr_assert(j, "%s in %.*s", why.text, (int)body->len, body->at);
    return j;
}

static const char *string_at(json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    cr_assert(value, "%s", key);
    return value;
}

static bool is_printable_ascii_mail(const struct buf *b)
{
    for (size_t i = 0; i < b->len; i++)
        if (b->at[i] == '\r'   ? i + 1 == b->len || b->at[i + 1] != '\n'
            : b->at[i] == '\n' ? i == 0 || b->at[i - 1] != '\r'
                               : b->at[i] < ' ' || b->at[i] > '~')
            return false;
    return true;
}

Test(event, comes_back_as_it_was_packed)
{
    for (size_t i = 0; i < PAYLOADS; i++) {
        struct notify_event e = event_with(payloads[i]), back;
        struct buf packed = {0};
        notify_event_pack(&packed, &e);
        cr_assert(notify_event_unpack(buf_text(&packed), &back));
        cr_assert_str_eq(back.key, e.key);
        cr_assert(text_same(back.group, e.group) && text_same(back.message, e.message));
        cr_assert(text_same(back.causes[1].name, e.causes[1].name));
        cr_assert_eq(back.causes[0].share, e.causes[0].share);
        cr_assert_eq(back.raised_wall_ns, e.raised_wall_ns);
        for (size_t at = 0; at < packed.len; at++) {
            packed.at[at] ^= 4;
            cr_assert_not(notify_event_unpack(buf_text(&packed), &back), "byte %zu", at);
            packed.at[at] ^= 4;
        }
        buf_done(&packed);
    }
}

Test(event, has_a_key_of_its_own)
{
    struct notify_event a = event_of(1, NOTIFY_FIRING), b = event_of(1, NOTIFY_FIRING);
    cr_assert_neq(strcmp(a.key, b.key), 0);
    cr_assert_eq(strlen(a.key), 32);
}

Test(message, has_the_key_of_its_event_or_one_of_all_of_them)
{
    struct notify_spec spec = spec_of(NOTIFY_WEBHOOK);
    struct notify_event e[] = {event_of(1, NOTIFY_FIRING), event_of(2, NOTIFY_FIRING)};
    struct buf p1 = {0}, p2 = {0}, p3 = {0};
    struct message one, both, again;
    make(&one, &spec, e, 1, &p1);
    make(&both, &spec, e, 2, &p2);
    make(&again, &spec, e, 2, &p3);
    cr_assert_str_eq(one.key, e[0].key);
    cr_assert_str_eq(both.key, again.key);
    cr_assert_neq(strcmp(both.key, e[0].key), 0);
    message_done(&one), message_done(&both), message_done(&again);
    buf_done(&p1), buf_done(&p2), buf_done(&p3);
}

Test(webhook, body_is_one_object_with_the_payload_as_a_plain_string)
{
    struct notify_spec spec = spec_of(NOTIFY_WEBHOOK);
    for (size_t i = 0; i < PAYLOADS; i++) {
        struct notify_event e = event_with(payloads[i]);
        struct buf packed = {0}, body = {0};
        struct message m;
        make(&m, &spec, &e, 1, &packed);
        message_json(&body, &m);
        json_t *j = parsed(&body), *alerts = json_object_get(j, "alerts");
        cr_assert_eq(json_array_size(alerts), 1);
        json_t *a = json_array_get(alerts, 0);
        cr_assert_str_eq(string_at(a, "state"), "firing");
        cr_assert_str_eq(string_at(a, "key"), e.key);
        if (!strpbrk(payloads[i], "\xff\x9b")) /* invalid UTF-8 does not stay the same */
            cr_assert_str_eq(string_at(a, "of"), payloads[i]);
        cr_assert_eq(json_array_size(json_object_get(a, "cause")), 2);
        cr_assert_eq(json_real_value(
                         json_object_get(json_array_get(json_object_get(a, "cause"), 0), "share")),
                     0.714);
        json_decref(j);
        message_done(&m);
        buf_done(&body), buf_done(&packed);
    }
}

/* The value was computed by Python's hmac module. */
Test(webhook, signs_with_hmac_sha256)
{
    char sum[WEBHOOK_SIGNATURE_SIZE];
    cr_assert(nettle_late(NULL));
    webhook_sign(sum, TEXT("Jefe"), TEXT("what do ya want for nothing?"), TEXT(""));
    cr_assert_str_eq(sum, "38c6c848e5a2f57451f5095df6370d5c9b83175b99df46422b34960c28def6ae");
}

Test(slack, shows_foreign_text_only_as_code)
{
    struct notify_spec spec = spec_of(NOTIFY_SLACK);
    for (size_t i = 0; i < PAYLOADS; i++) {
        struct notify_event e = event_with(payloads[i]);
        struct buf packed = {0}, out = {0};
        struct message m;
        make(&m, &spec, &e, 1, &packed);
        slack_text(&out, &m, 12000);
        size_t ticks = 0;
        bool code = false;
        for (size_t k = 0; k < out.len; k++) {
            cr_assert((unsigned char)out.at[k] >= ' ' || out.at[k] == '\n');
            cr_assert(!strchr("<>", out.at[k]));
            code ^= out.at[k] == '`';
            ticks += out.at[k] == '`';
            cr_assert(code || !strchr("@[]*$", out.at[k]), "%.*s", (int)out.len, out.at);
            cr_assert_not(code && out.at[k] == '\n');
        }
        cr_assert_eq(ticks, 6, "the message and two causes");
        message_done(&m);
        buf_done(&out), buf_done(&packed);
    }
}

/* Discord refuses more than 2,000 characters: no alert may be too long to be told of at all. */
Test(slack, cuts_what_is_long_and_leaves_to_the_next_message_what_does_not_fit)
{
    static const char *const bytes[] = {"a",    "&",      "`",      "\x1b",
                                        "\xff", "\u202e", "\u00e9", "\U0001f600"};
    struct notify_spec spec = spec_of(NOTIFY_SLACK);
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        struct buf name = {0}, packed = {0}, out = {0}, short_one = {0};
        struct notify_event e[16];
        struct message m;
        while (name.len + strlen(bytes[i]) <= NOTIFY_TEXT_MOST)
            buf_str(&name, bytes[i]);
        buf_byte(&name, 0);
        for (size_t k = 0; k < 16; k++)
            e[k] = event_with(name.at);
        for (size_t k = 0; k < 2; k++)
            e[0].causes[e[0].cause_count++] = e[0].causes[k];
        make(&m, &spec, e, 16, &packed);
        size_t fits = slack_fits(&m, 1900);
        cr_assert(fits >= 1 && fits < 16, "%zu", fits);
        cr_assert_eq(slack_fits(&m, 1), 1);
        cr_assert_eq(slack_fits(&m, SIZE_MAX), 16);
        m.count = fits;
        slack_text(&out, &m, 1900);
        cr_assert_leq(out.len, 1900);
        m.count = 1;
        slack_text(&short_one, &m, 1900);
        cr_assert_leq(short_one.len, 1900);
        cr_assert(strstr((buf_byte(&short_one, 0), short_one.at), " (71 %)"), "with its causes");
        json_t *text = json_stringn(short_one.at, short_one.len - 1);
        cr_assert(text, "it is cut amid a character");
        json_decref(text);
        message_done(&m);
        buf_done(&name), buf_done(&packed), buf_done(&out), buf_done(&short_one);
    }
}

Test(alertmanager, knows_an_alert_by_labels_and_the_end_by_its_time)
{
    struct notify_spec spec = spec_of(NOTIFY_ALERTMANAGER);
    struct notify_event e[] = {event_of(1, NOTIFY_FIRING), event_of(2, NOTIFY_FIRING),
                               event_of(2, NOTIFY_RECOVERED)};
    e[0].by = TEXT("section");
    e[0].group = TEXT("/api");
    struct buf packed = {0}, body = {0};
    struct message m;
    make(&m, &spec, e, 3, &packed);
    alertmanager_json(&body, &m);
    json_t *j = parsed(&body);
    cr_assert_eq(json_array_size(j), 2, "of the second alert only its last word counts");
    json_t *first = json_array_get(j, 0), *second = json_array_get(j, 1);
    cr_assert_str_eq(string_at(json_object_get(first, "labels"), "alertname"), "high traffic");
    cr_assert_str_eq(string_at(json_object_get(first, "labels"), "of"), "/api");
    cr_assert_str_eq(string_at(first, "startsAt"), "2023-11-14T22:13:20Z");
    cr_assert_str_eq(string_at(first, "endsAt"), "2023-11-14T22:21:40Z", "ahead of the clock");
    cr_assert_leq(strcmp(string_at(second, "endsAt"), "2023-11-14T22:16:40Z"), 0, "over");
    json_decref(j);
    message_done(&m);
    buf_done(&body), buf_done(&packed);
}

Test(alertmanager, never_sees_an_end_before_the_start_or_after_now)
{
    struct notify_spec spec = spec_of(NOTIFY_ALERTMANAGER);
    static const int64_t shifts[] = {-90000, -100, 0, 100, 3600, 90000};
    for (size_t i = 0; i < sizeof shifts / sizeof *shifts; i++) {
        struct notify_event e = event_of(1, NOTIFY_RECOVERED);
        struct buf packed = {0}, body = {0};
        struct message m;
        e.triggered_at += shifts[i];
        e.recovered_at += shifts[i];
        make(&m, &spec, &e, 1, &packed);
        alertmanager_json(&body, &m);
        json_t *j = parsed(&body), *a = json_array_get(j, 0);
        cr_assert_leq(strcmp(string_at(a, "startsAt"), string_at(a, "endsAt")), 0);
        cr_assert_leq(strcmp(string_at(a, "endsAt"), "2023-11-14T22:16:40Z"), 0);
        json_decref(j);
        message_done(&m);
        buf_done(&body), buf_done(&packed);
    }
}

/* Lines up to the empty one; no header but those that a mail of ours has. */
static void check_headers(const struct buf *mail)
{
    static const char *const names[] = {
        "From:",         "To:",           "Subject:",
        "Date:",         "Message-ID:",   "Auto-Submitted:",
        "MIME-Version:", "Content-Type:", "Content-Transfer-Encoding:"};
    unsigned seen = 0;
    struct text rest = buf_text(mail), line;
    while (text_split(&rest, '\n', &line) && line.len > 1) {
        bool known = line.at[0] == ' '; /* folded */
        for (size_t i = 0; i < sizeof names / sizeof *names && !known; i++)
            if ((known = text_starts(line, text_of(names[i])))) {
                cr_assert_not(seen & 1U << i, "twice: %s", names[i]);
                seen |= 1U << i;
            }
        cr_assert(known, "%.*s", (int)line.len, line.at);
        cr_assert_leq(line.len, 79);
    }
    cr_assert_eq(seen, (1U << sizeof names / sizeof *names) - 1);
    while (text_split(&rest, '\n', &line)) {
        cr_assert_leq(line.len, 77);
        cr_assert(line.at[0] != '.');
    }
}

Test(mail, has_no_header_and_no_end_that_a_log_has_written)
{
    static const char *const to[] = {"ops@example.com", "b@example.com"};
    struct notify_spec spec = spec_of(NOTIFY_MAIL);
    spec.from = "spate@example.com";
    spec.to = to;
    spec.to_count = 2;
    for (size_t i = 0; i < PAYLOADS; i++) {
        struct notify_event e = event_with(payloads[i]);
        e.rule = text_of(payloads[i]);
        struct buf packed = {0}, mail = {0};
        struct message m;
        make(&m, &spec, &e, 1, &packed);
        mail_text(&mail, &m);
        cr_assert(is_printable_ascii_mail(&mail), "payload %zu", i);
        check_headers(&mail);
        message_done(&m);
        buf_done(&mail), buf_done(&packed);
    }
}

Test(mime, encodes_headers_and_bodies_as_their_standards_say)
{
    struct buf out = {0};
    mime_header(&out, "Subject", TEXT("plain"));
    mime_header(&out, "Subject", TEXT("f\xc3\xbcr"));
    cr_assert(
        text_same(buf_text(&out), TEXT("Subject: plain\r\nSubject: =?utf-8?B?ZsO8cg==?=\r\n")),
        "%.*s", (int)out.len, out.at);
    buf_clear(&out);
    mime_body(&out, TEXT("a=b \n.dot\n\xc3\xbc"));
    cr_assert(text_same(buf_text(&out), TEXT("a=3Db=20\r\n=2Edot\r\n=C3=BC\r\n")), "%.*s",
              (int)out.len, out.at);
    buf_clear(&out);
    mime_date(&out, 1700000000);
    cr_assert(text_same(buf_text(&out), TEXT("Tue, 14 Nov 2023 22:13:20 +0000")));
    buf_done(&out);
}

/* Reads an entry as journald does: by names and lengths. Returns how many fields of that name. */
static size_t fields_named(const struct buf *entry, const char *name, struct text *value)
{
    size_t at = 0, found = 0;
    while (at < entry->len) {
        struct text rest = text_cut(buf_text(entry), at, entry->len);
        size_t name_len = text_find(rest, '\n', 0), len = 0;
        cr_assert_leq(name_len + 9, rest.len);
        for (unsigned i = 0; i < 8; i++)
            len |= (size_t)(unsigned char)rest.at[name_len + 1 + i] << 8 * i;
        cr_assert_lt(name_len + 9 + len, rest.len);
        cr_assert_eq(rest.at[name_len + 9 + len], '\n');
        if (text_same(text_cut(rest, 0, name_len), text_of(name))) {
            *value = text_cut(rest, name_len + 9, name_len + 9 + len);
            found++;
        }
        at += name_len + 10 + len;
    }
    return found;
}

/* ---- Words ----------------------------------------------------------------------------------- */

static bool holds(struct buf *out, const char *words)
{
    buf_byte(out, 0);
    out->len--;
    return strstr(out->at, words) != NULL;
}

Test(recovery, says_how_long_how_high_and_how_much_on_every_channel)
{
    static const char *const to[] = {"ops@example.com"};
    struct notify_spec spec = spec_of(NOTIFY_MAIL);
    struct notify_event e = event_of(2, NOTIFY_RECOVERED);
    struct buf packed = {0}, out = {0};
    struct message m;
    struct text value;
    spec.from = "spate@example.com";
    spec.to = to;
    spec.to_count = 1;
    make(&m, &spec, &e, 1, &packed);
    message_json(&out, &m);
    cr_expect(holds(&out, "\"duration\":112,\"total\":3456") && holds(&out, "\"peak_value\":31.2"),
              "%s", out.at);
    buf_clear(&out);
    slack_text(&out, &m, 1900);
    cr_expect(holds(&out, " after 1m52s, peak 31.2/s, total 3456\n"), "%s", out.at);
    buf_clear(&out);
    alertmanager_json(&out, &m);
    cr_expect(holds(&out, "\"description\":\"lasted 1m52s, peak 31.2/s, total 3456\""), "%s", out.at);
    buf_clear(&out);
    mail_text(&out, &m);
    cr_expect(holds(&out, "  after      1m52s\r\n") && holds(&out, "  peak       31.2/s\r\n") &&
                  holds(&out, "  total      3456\r\n"),
              "%s", out.at);
    buf_clear(&out);
    journal_entry(&out, &e);
    cr_assert_eq(fields_named(&out, "MESSAGE", &value), 1);
    cr_expect(text_ends(value, TEXT("; lasted 1m52s, peak 31.2/s, total 3456")));
    cr_assert_eq(fields_named(&out, "SPATE_DURATION", &value), 1);
    cr_expect(text_same(value, TEXT("112")));
    cr_assert_eq(fields_named(&out, "SPATE_TOTAL", &value), 1);
    cr_expect(text_same(value, TEXT("3456")));
    message_done(&m);
    buf_done(&out), buf_done(&packed);
}

Test(recovery, counts_bytes_in_units)
{
    struct notify_event e = event_of(2, NOTIFY_RECOVERED);
    struct buf out = {0};
    e.metric = TEXT("bytes");
    e.total = 1234567890;
    e.peak_words = TEXT("5.0MB/s");
    notify_end_words(&out, &e);
    cr_expect(holds(&out, "1m52s, peak 5.0MB/s, total 1.2 GB"), "%s", out.at);
    buf_done(&out);
}

Test(cause, says_digits_that_say_something)
{
    static const struct {
        const char *metric;
        double rise;
        const char *says;
    } rows[] = {
        {"hits", 9.81, "+9.8/s from agent x (71 %)"},
        {"hits", 1234.56, "+1234.6/s from agent x (71 %)"},
        {"hits", 0.0167, "+0.017/s from agent x (71 %)"},
        {"hits", -0.0167, "-0.017/s from agent x (71 %)"},
        {"hits", 0.94, "+0.94/s from agent x (71 %)"},
        {"bytes", 1234567, "+1.2 MB/s from agent x (71 %)"},
        {"bytes", -999, "-999 B/s from agent x (71 %)"},
        {"bytes", 999970, "+1.0 MB/s from agent x (71 %)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = {0};
        struct notify_cause c = {TEXT("agent"), TEXT("x"), rows[i].rise, 0.714};
        notify_cause_words(&out, text_of(rows[i].metric), &c, "");
        cr_expect(text_same(buf_text(&out), text_of(rows[i].says)), "%.*s", (int)out.len, out.at);
        buf_done(&out);
    }
}

Test(journal, has_each_field_once_whatever_stands_in_it)
{
    for (size_t i = 0; i < PAYLOADS; i++) {
        struct notify_event e = event_with(payloads[i]);
        struct buf entry = {0};
        struct text value;
        journal_entry(&entry, &e);
        cr_assert_eq(fields_named(&entry, "SPATE_OF", &value), 1);
        cr_assert(text_same(value, text_of(payloads[i])));
        cr_assert_eq(fields_named(&entry, "PRIORITY", &value), 1);
        cr_assert(text_same(value, TEXT("4")));
        cr_assert_eq(fields_named(&entry, "MESSAGE", &value), 1);
        buf_done(&entry);
    }
}
