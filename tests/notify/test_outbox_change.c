/* test_outbox_change.c - channels that come, go and become others while something waits for them.
 */
#include "desk.h"

#include <stdio.h>

/* ---- Other channels -------------------------------------------------------------------------- */

struct left_behind {
    size_t channels, dropped;
    char name[NOTIFY_NAME_SIZE];
};

static void on_left(void *ctx, const char *name, size_t dropped)
{
    struct left_behind *l = ctx;
    l->channels++;
    l->dropped += dropped;
    strcpy(l->name, name);
}

Test(outbox, keeps_what_waits_for_a_channel_that_is_named_on_whatever_becomes_of_it)
{
    struct desk d = desk();
    struct left_behind left = {0};
    open_desk(&d, 2);
    add(&d, 1, NOTIFY_FIRING);
    pass(&d, 5 * NS_PER_S);
    cr_assert(take(&d));
    end(&d, OUTBOX_LATER);
    struct notify_spec others[] = {spec_of(NOTIFY_ALERTMANAGER), spec_of(NOTIFY_WEBHOOK)};
    strcpy(others[0].name, "new");
    others[1].rate_most = 7;
    outbox_change(d.outbox, others, 2, on_left, &left);
    memset(d.specs, 0xee, sizeof d.specs); /* nobody looks at them any more */
    cr_expect_eq(left.channels, 1);
    cr_expect_eq(left.dropped, 1);
    cr_expect_str_eq(left.name, "two");
    cr_expect_eq(d.gone, 1, "nothing is kept for it either");
    cr_expect_eq(outbox_waiting(d.outbox), 1);
    pass(&d, 2 * NS_PER_S);
    cr_assert(take(&d));
    cr_expect_eq(outbox_spec(d.outbox, d.m.channel), &others[1]);
    cr_expect_eq(d.m.tries, 1, "what was in vain is known");
    cr_expect(end(&d, OUTBOX_TAKEN).works_again);
    add(&d, 2, NOTIFY_FIRING);
    cr_expect_eq(outbox_waiting(d.outbox), 2, "the new one is told from now on");
    outbox_free(d.outbox);
}

Test(outbox, waits_for_the_last_try_of_a_channel_that_left)
{
    struct desk d = desk();
    struct left_behind left = {0};
    open_desk(&d, 1);
    add(&d, 1, NOTIFY_FIRING);
    add(&d, 2, NOTIFY_FIRING);
    pass(&d, 5 * NS_PER_S);
    cr_assert(take(&d));
    struct notify_spec other = spec_of(NOTIFY_WEBHOOK);
    strcpy(other.name, "two");
    outbox_change(d.outbox, &other, 1, on_left, &left);
    memset(d.specs, 0xee, sizeof d.specs);
    cr_expect_eq(left.dropped, 2);
    cr_expect_str_eq(outbox_spec(d.outbox, d.m.channel)->name, "ops", "until its try is over");
    size_t leaving = d.m.channel;
    add(&d, 3, NOTIFY_FIRING);
    pass(&d, 5 * NS_PER_S);
    struct outbox_message first = d.m;
    cr_assert(take(&d));
    cr_expect_neq(d.m.channel, leaving, "its number is still taken");
    end(&d, OUTBOX_TAKEN);
    d.m = first;
    struct outbox_news news = end(&d, OUTBOX_LATER);
    cr_expect_not(news.first_failure);
    cr_expect_null(outbox_spec(d.outbox, leaving));
    cr_expect_eq(outbox_next(d.outbox), INT64_MAX);
    outbox_change(d.outbox, NULL, 0, on_left, &left);
    add(&d, 4, NOTIFY_FIRING);
    cr_expect_eq(outbox_waiting(d.outbox), 0);
    outbox_free(d.outbox);
}

Test(outbox, obeys_the_new_rate_of_a_channel)
{
    struct desk d = desk();
    struct left_behind left = {0};
    d.specs[0].rate_most = 1;
    open_desk(&d, 1);
    add(&d, 1, NOTIFY_FIRING);
    pass(&d, 5 * NS_PER_S);
    cr_assert(take(&d));
    end(&d, OUTBOX_TAKEN);
    add(&d, 2, NOTIFY_FIRING);
    pass(&d, 5 * NS_PER_S);
    cr_expect_not(take(&d), "one in a minute");
    struct notify_spec quicker = spec_of(NOTIFY_WEBHOOK);
    quicker.rate_most = 100;
    outbox_change(d.outbox, &quicker, 1, on_left, &left);
    cr_expect_eq(left.channels, 0);
    cr_expect(take(&d));
    outbox_free(d.outbox);
}
