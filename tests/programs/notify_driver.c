/* notify_driver.c - brings events full of payloads to one channel through a whole sender.
 *
 *   notify_driver webhook|slack|alertmanager URL
 *   notify_driver mail URL
 *   notify_driver exec PROGRAM [ARGUMENT]...
 *   notify_driver journal -
 *
 * With COUNT=N in the environment: N plain events instead. Prints how many are left unsent. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/note.h"
#include "notify/events.h"
#include "notify/sender.h"

static struct notify_spec spec_from(int argc, char **argv)
{
    static const char *const to[] = {"ops@example.com", "b@example.com"};
    struct notify_spec s = {0};
    for (enum notify_kind k = 0; argc > 2 && k < NOTIFY_KIND_COUNT; k++)
        if (!strcmp(argv[1], notify_kind_key(k))) {
            s = spec_of(k);
            s.url = argv[2];
            s.command = (const char *const *)(argv + 2);
            s.from = "spate@example.com";
            s.to = to;
            s.to_count = 2;
            s.group_wait_ns = 0;
            s.rate_most = 1000;
            s.give_up_ns = INT64_C(365) * 86400 * NS_PER_S * 100;
            return s;
        }
    note_fatal("usage: notify_driver KIND TARGET...");
}

int main(int argc, char **argv)
{
    struct notify_spec spec = spec_from(argc, argv);
    struct sender_options o = {.specs = &spec, .count = 1};
    struct error why = {0};
    struct sender *s = sender_new(&o, &why);
    if (!s || !sender_start(s, &why))
        note_fatal("%s", why.text);
    const char *count = getenv("COUNT");
    size_t events = count ? strtoul(count, NULL, 10) : PAYLOADS;
    for (size_t i = 0; i < events; i++) {
        struct notify_event e = count ? event_of(i + 1, NOTIFY_FIRING) : event_with(payloads[i]);
        e.alert = i + 1;
        sender_submit(s, &e);
    }
    size_t left = sender_stop(s, 30 * NS_PER_S);
    printf("%zu\n", left);
    sender_free(s);
    return 0;
}
