/* test_outbox.c - groups, rate, back-off: by a hand-set clock. */
#include "desk.h"

Test(outbox, lets_alerts_of_one_moment_go_together)
{
    struct desk d = desk();
    open_desk(&d, 1);
    cr_assert_eq(outbox_next(d.outbox), INT64_MAX);
    add(&d, 1, NOTIFY_FIRING);
    cr_assert_eq(outbox_next(d.outbox), d.t.now_ns + 5 * NS_PER_S);
    pass(&d, 4 * NS_PER_S);
    add(&d, 2, NOTIFY_FIRING);
    cr_assert_not(take(&d));
    pass(&d, 1 * NS_PER_S);
    cr_assert(take(&d));
    cr_assert_eq(d.m.count, 2);
    cr_assert_eq(alert_in(&d, 0), 1);
    cr_assert_eq(alert_in(&d, 1), 2);
    end(&d, OUTBOX_TAKEN);
    cr_assert_eq(d.gone, 2);
    cr_assert_eq(outbox_waiting(d.outbox), 0);
    outbox_free(d.outbox);
}

Test(outbox, sends_one_message_at_a_time_and_the_same_again)
{
    struct desk d = desk();
    open_desk(&d, 1);
    add(&d, 1, NOTIFY_FIRING);
    pass(&d, 5 * NS_PER_S);
    cr_assert(take(&d));
    add(&d, 2, NOTIFY_FIRING);
    pass(&d, 60 * NS_PER_S);
    cr_assert_not(take(&d), "while one is on its way no other goes");
    cr_assert(end(&d, OUTBOX_LATER).first_failure);
    pass(&d, 2 * NS_PER_S);
    cr_assert(take(&d));
    cr_assert_eq(d.m.count, 1, "what came later does not change what was tried");
    cr_assert_eq(alert_in(&d, 0), 1);
    struct outbox_news news = end(&d, OUTBOX_TAKEN);
    cr_assert(news.works_again && news.tries == 1);
    cr_assert(take(&d));
    cr_assert_eq(alert_in(&d, 0), 2);
    outbox_free(d.outbox);
}

Test(outbox, waits_longer_after_each_failure_up_to_five_minutes)
{
    struct desk d = desk();
    open_desk(&d, 1);
    add(&d, 1, NOTIFY_FIRING);
    pass(&d, 5 * NS_PER_S);
    for (int i = 0; i < 14; i++) {
        cr_assert(take(&d), "try %d", i);
        end(&d, OUTBOX_LATER);
        int64_t wait = outbox_next(d.outbox) - d.t.now_ns;
        int64_t most = i < 9 ? NS_PER_S << i : 300 * NS_PER_S;
        most = most < 300 * NS_PER_S ? most : 300 * NS_PER_S;
        cr_assert(wait >= most / 2 && wait <= most, "try %d waits %lld", i, (long long)wait);
        cr_assert_eq(d.kept_tries, (uint64_t)i + 1);
        cr_assert_eq(d.kept_due, d.t.wall_ns + wait);
        pass(&d, wait - 1);
        cr_assert_not(take(&d));
        pass(&d, 1);
    }
    outbox_free(d.outbox);
}

Test(outbox, leaves_a_receiver_alone_as_long_as_it_asks_but_no_more_than_an_hour)
{
    static const struct {
        int64_t asked_s, wait_s;
    } rows[] = {{100, 100}, {3600, 3600}, {86400, 3600}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct desk d = desk();
        d.specs[0].give_up_ns = 30 * 86400 * NS_PER_S;
        open_desk(&d, 1);
        add(&d, 1, NOTIFY_FIRING);
        pass(&d, 5 * NS_PER_S);
        cr_assert(take(&d));
        struct outbox_done done = {0, OUTBOX_LATER, 0, rows[i].asked_s * NS_PER_S};
        outbox_done(d.outbox, &done, d.t);
        cr_assert_eq(outbox_next(d.outbox) - d.t.now_ns, rows[i].wait_s * NS_PER_S);
        outbox_free(d.outbox);
    }
}

Test(outbox, never_sends_more_than_the_rate_in_any_span)
{
    struct desk d = desk();
    d.specs[0].group_wait_ns = 0;
    d.specs[0].rate_most = 3;
    open_desk(&d, 1);
    int64_t sent[64];
    size_t count = 0, events = 0;
    for (int s = 0; s < 300; s++, pass(&d, NS_PER_S)) {
        add(&d, (uint64_t)s + 1, NOTIFY_FIRING);
        while (take(&d)) {
            sent[count++] = d.t.now_ns;
            events += d.m.count;
            end(&d, OUTBOX_TAKEN);
        }
    }
    for (size_t i = 3; i < count; i++)
        cr_assert_geq(sent[i] - sent[i - 3], 60 * NS_PER_S);
    cr_assert_geq(count, 12, "and as many as it allows: %zu", count);
    cr_assert_eq(events + outbox_waiting(d.outbox), 300, "nothing is lost by it");
    outbox_free(d.outbox);
}

Test(outbox, a_failed_try_does_not_use_up_the_rate)
{
    struct desk d = desk();
    d.specs[0].rate_most = 1;
    d.specs[0].rate_span_ns = 3000 * NS_PER_S;
    open_desk(&d, 1);
    add(&d, 1, NOTIFY_FIRING);
    pass(&d, 5 * NS_PER_S);
    for (int i = 0; i < 5; i++, pass(&d, 60 * NS_PER_S)) {
        cr_assert(take(&d));
        end(&d, OUTBOX_LATER);
    }
    cr_assert(take(&d));
    outbox_free(d.outbox);
}

Test(outbox, gives_up_what_is_too_old_and_says_how_much)
{
    struct desk d = desk();
    open_desk(&d, 1);
    add(&d, 1, NOTIFY_FIRING);
    pass(&d, 1800 * NS_PER_S);
    add(&d, 2, NOTIFY_FIRING);
    cr_assert(take(&d));
    end(&d, OUTBOX_LATER);
    pass(&d, 1800 * NS_PER_S);
    cr_assert(take(&d));
    cr_assert_eq(d.m.count, 1);
    cr_assert_eq(alert_in(&d, 0), 2);
    cr_assert_eq(d.m.lost, 1);
    cr_assert_eq(d.gone, 1);
    cr_assert_eq(outbox_dropped(d.outbox, 0), 1);
    cr_assert_eq(outbox_dropped(d.outbox, 0), 0);
    end(&d, OUTBOX_TAKEN);
    outbox_free(d.outbox);
}

Test(outbox, takes_a_refused_group_apart_so_that_one_bad_event_stops_no_other)
{
    struct desk d = desk();
    open_desk(&d, 1);
    for (uint64_t a = 1; a <= 3; a++)
        add(&d, a, NOTIFY_FIRING);
    pass(&d, 5 * NS_PER_S);
    size_t taken = 0;
    for (int i = 0; i < 20 && outbox_waiting(d.outbox); i++) {
        cr_assert(take(&d));
        bool bad = false;
        for (size_t k = 0; k < d.m.count; k++)
            bad |= alert_in(&d, k) == 2;
        cr_assert(i == 0 ? d.m.count == 3 : d.m.count == 1);
        taken += bad ? 0 : d.m.count;
        end(&d, bad ? OUTBOX_REFUSED : OUTBOX_TAKEN);
        pass(&d, 300 * NS_PER_S);
    }
    cr_assert_eq(taken, 2);
    cr_assert_eq(outbox_dropped(d.outbox, 0), 1);
    outbox_free(d.outbox);
}

Test(outbox, sends_the_rest_when_part_of_a_message_was_taken)
{
    struct desk d = desk();
    open_desk(&d, 1);
    for (uint64_t a = 1; a <= 3; a++)
        add(&d, a, NOTIFY_FIRING);
    pass(&d, 5 * NS_PER_S);
    cr_assert(take(&d));
    struct outbox_done done = {0, OUTBOX_LATER, 2, 0};
    outbox_done(d.outbox, &done, d.t);
    cr_assert_eq(d.gone, 2);
    pass(&d, NS_PER_S);
    cr_assert(take(&d));
    cr_assert_eq(d.m.count, 1);
    cr_assert_eq(alert_in(&d, 0), 3);
    outbox_free(d.outbox);
}

Test(outbox, one_channel_that_fails_holds_up_no_other)
{
    struct desk d = desk();
    open_desk(&d, 2);
    add(&d, 1, NOTIFY_FIRING);
    pass(&d, 5 * NS_PER_S);
    cr_assert(take(&d));
    size_t first = d.m.channel;
    end(&d, OUTBOX_LATER);
    cr_assert(take(&d));
    cr_assert_neq(d.m.channel, first);
    end(&d, OUTBOX_TAKEN);
    cr_assert_eq(outbox_waiting(d.outbox), 1);
    outbox_free(d.outbox);
}

Test(outbox, tells_only_of_the_rules_and_changes_that_a_channel_wants)
{
    static const char *const rules[] = {"slow"};
    struct desk d = desk();
    d.specs[0].rules = rules;
    d.specs[0].rule_count = 1;
    d.specs[1].recoveries = false;
    open_desk(&d, 2);
    add(&d, 1, NOTIFY_FIRING);
    add(&d, 1, NOTIFY_RECOVERED);
    pass(&d, 5 * NS_PER_S);
    cr_assert(take(&d));
    cr_assert_eq(d.m.channel, 1);
    cr_assert_eq(d.m.count, 1);
    end(&d, OUTBOX_TAKEN);
    cr_assert_not(take(&d));
    outbox_free(d.outbox);
}
