/* test_outbox.c - queues, groups, rate, back-off: by a hand-set clock. */
#include "events.h"

#include <criterion/criterion.h>

#include <stdio.h>

#include "notify/outbox.h"

/* An outbox, its time, and what it wanted to be kept. */
struct desk {
    struct notify_spec specs[2];
    struct outbox *outbox;
    struct outbox_times t;
    size_t tried, gone;
    uint64_t kept_tries;
    int64_t kept_due;
    struct outbox_message m;
};

static void on_tried(void *ctx, const struct notify_kept *kept)
{
    struct desk *d = ctx;
    d->tried++;
    d->kept_tries = kept->tries;
    d->kept_due = kept->due_wall_ns;
}

static void on_gone(void *ctx, struct text channel, struct text key)
{
    struct desk *d = ctx;
    cr_assert(text_same(channel, TEXT("ops")) || text_same(channel, TEXT("two")));
    cr_assert_eq(key.len, NOTIFY_KEY_SIZE - 1);
    d->gone++;
}

static void open_desk(struct desk *d, size_t channels)
{
    struct notify_keep keep = {d, on_tried, on_gone};
    d->outbox = outbox_new(d->specs, channels, &keep, 42);
    d->t = (struct outbox_times){1000 * NS_PER_S, WALL};
}

static struct desk desk(void)
{
    struct desk d = {.specs = {spec_of(NOTIFY_WEBHOOK), spec_of(NOTIFY_WEBHOOK)}};
    strcpy(d.specs[1].name, "two");
    return d;
}

static void pass(struct desk *d, int64_t ns)
{
    d->t.now_ns += ns;
    d->t.wall_ns += ns;
}

static void add(struct desk *d, uint64_t alert, enum notify_state state)
{
    struct notify_event e = event_of(alert, state);
    struct buf packed = {0};
    e.raised_wall_ns = d->t.wall_ns;
    notify_event_pack(&packed, &e);
    outbox_add(d->outbox, &e, buf_text(&packed), d->t);
    buf_done(&packed);
}

static bool take(struct desk *d)
{
    return outbox_take(d->outbox, d->t, &d->m);
}

static struct outbox_news end(struct desk *d, enum outbox_result result)
{
    struct outbox_done done = {d->m.channel, result, 0, 0};
    return outbox_done(d->outbox, &done, d->t);
}

static uint64_t alert_in(const struct desk *d, size_t index)
{
    struct notify_event e;
    cr_assert(notify_event_unpack(d->m.events[index], &e));
    return e.alert;
}

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

Test(outbox, lets_the_oldest_go_when_too_many_wait)
{
    struct desk d = desk();
    d.specs[0].give_up_ns = INT64_C(86400) * NS_PER_S;
    open_desk(&d, 1);
    for (uint64_t a = 1; a <= OUTBOX_MOST + 5; a++)
        add(&d, a, NOTIFY_FIRING);
    cr_assert_eq(outbox_waiting(d.outbox), OUTBOX_MOST);
    cr_assert_eq(outbox_dropped(d.outbox, 0), 5);
    pass(&d, 5 * NS_PER_S);
    cr_assert(take(&d));
    cr_assert_eq(d.m.count, OUTBOX_GROUP_MOST);
    cr_assert_eq(alert_in(&d, 0), 6);
    cr_assert_eq(d.m.lost, 5);
    outbox_free(d.outbox);
}

/* A receiver that takes three at once gets three, then the rest, each three under one number. */
Test(outbox, narrows_a_message_to_what_its_receiver_takes)
{
    struct desk d = desk();
    open_desk(&d, 1);
    for (uint64_t a = 1; a <= 5; a++)
        add(&d, a, NOTIFY_FIRING);
    pass(&d, 5 * NS_PER_S);
    cr_assert(take(&d));
    cr_assert_eq(d.m.count, 5);
    outbox_narrow(d.outbox, 0, 3);
    cr_assert(d.kept_tries == 0 && d.kept_due == 0, "the last is in no message any more");
    end(&d, OUTBOX_LATER);
    cr_assert_neq(d.kept_due, 0);
    pass(&d, 2 * NS_PER_S);
    cr_assert(take(&d));
    cr_assert_eq(d.m.count, 3, "the same ones again");
    outbox_narrow(d.outbox, 0, 3);
    end(&d, OUTBOX_TAKEN);
    cr_assert_eq(outbox_waiting(d.outbox), 2);
    cr_assert(take(&d));
    cr_assert(d.m.count == 2 && alert_in(&d, 0) == 4);
    end(&d, OUTBOX_TAKEN);
    cr_assert(d.gone == 5 && outbox_waiting(d.outbox) == 0);
    outbox_free(d.outbox);
}

/* Those that are crowded out while a message is under way are told of in the next one. */
Test(outbox, forgets_no_loss_that_came_amid_a_message)
{
    struct desk d = desk();
    d.specs[0].give_up_ns = INT64_C(86400) * NS_PER_S;
    open_desk(&d, 1);
    for (uint64_t a = 1; a <= OUTBOX_MOST + 5; a++)
        add(&d, a, NOTIFY_FIRING);
    pass(&d, 5 * NS_PER_S);
    cr_assert(take(&d));
    cr_assert_eq(d.m.lost, 5);
    for (uint64_t a = 0; a < 7; a++)
        add(&d, a, NOTIFY_FIRING);
    end(&d, OUTBOX_TAKEN);
    cr_assert(take(&d));
    cr_assert_eq(d.m.lost, 7);
    end(&d, OUTBOX_TAKEN);
    cr_assert(take(&d));
    cr_assert_eq(d.m.lost, 0);
    outbox_free(d.outbox);
}

/* What was tried before a restart goes on as the same message, and not before its time. */
Test(outbox, goes_on_over_a_restart)
{
    struct desk d = desk();
    open_desk(&d, 1);
    for (uint64_t a = 1; a <= 3; a++) {
        struct notify_event e = event_of(a, NOTIFY_FIRING);
        struct buf packed = {0};
        notify_event_pack(&packed, &e);
        struct notify_kept kept = {.channel = TEXT("ops"),
                                   .key = text_of(e.key),
                                   .packed = buf_text(&packed),
                                   .tries = a < 3 ? 4 : 0,
                                   .message = a < 3 ? 77 : 0,
                                   .due_wall_ns = a < 3 ? WALL + 12 * NS_PER_S : 0};
        cr_assert(outbox_restore(d.outbox, &kept, d.t));
        kept.channel = TEXT("gone");
        cr_assert_not(outbox_restore(d.outbox, &kept, d.t));
        buf_done(&packed);
    }
    cr_assert_not(take(&d));
    pass(&d, 12 * NS_PER_S);
    cr_assert(take(&d));
    cr_assert_eq(d.m.count, 2);
    cr_assert_eq(d.m.tries, 4);
    end(&d, OUTBOX_TAKEN);
    cr_assert(take(&d));
    cr_assert_eq(alert_in(&d, 0), 3);
    outbox_free(d.outbox);
}

Test(outbox, tells_an_alertmanager_again_what_still_fires)
{
    struct desk d = desk();
    d.specs[0].kind = NOTIFY_ALERTMANAGER;
    open_desk(&d, 1);
    add(&d, 1, NOTIFY_FIRING);
    add(&d, 2, NOTIFY_FIRING);
    pass(&d, 5 * NS_PER_S);
    cr_assert(take(&d));
    end(&d, OUTBOX_TAKEN);
    pass(&d, (OUTBOX_AGAIN_S - 1) * NS_PER_S);
    cr_assert_not(take(&d));
    pass(&d, NS_PER_S);
    cr_assert(take(&d));
    cr_assert(d.m.again && d.m.count == 2);
    end(&d, OUTBOX_TAKEN);
    add(&d, 1, NOTIFY_RECOVERED);
    pass(&d, 5 * NS_PER_S);
    cr_assert(take(&d));
    end(&d, OUTBOX_TAKEN);
    pass(&d, OUTBOX_AGAIN_S * NS_PER_S);
    cr_assert(take(&d));
    cr_assert(d.m.count == 1 && alert_in(&d, 0) == 2);
    end(&d, OUTBOX_TAKEN);
    add(&d, 2, NOTIFY_RECOVERED);
    pass(&d, 5 * NS_PER_S);
    cr_assert(take(&d));
    end(&d, OUTBOX_TAKEN);
    cr_assert_eq(outbox_next(d.outbox), INT64_MAX);
    outbox_free(d.outbox);
}

Test(outbox, goes_on_telling_an_alertmanager_what_an_earlier_run_has_told)
{
    struct desk d = desk();
    struct notify_event e = event_of(9, NOTIFY_FIRING);
    struct buf packed = {0};
    d.specs[0].kind = NOTIFY_ALERTMANAGER;
    open_desk(&d, 2);
    notify_event_pack(&packed, &e);
    outbox_firing(d.outbox, buf_text(&packed));
    cr_assert(take(&d));
    cr_assert(d.m.channel == 0 && d.m.again && alert_in(&d, 0) == 9);
    end(&d, OUTBOX_LATER);
    cr_assert_not(take(&d), "the webhook was told once, and a failure waits");
    add(&d, 9, NOTIFY_RECOVERED);
    pass(&d, 5 * NS_PER_S);
    for (int i = 0; i < 2; i++) {
        cr_assert(take(&d));
        cr_assert_not(d.m.again);
        end(&d, OUTBOX_TAKEN);
    }
    cr_assert_eq(outbox_next(d.outbox), INT64_MAX);
    buf_done(&packed);
    outbox_free(d.outbox);
}

Test(outbox, at_the_end_nothing_waits_but_what_has_failed)
{
    struct desk d = desk();
    open_desk(&d, 2);
    add(&d, 1, NOTIFY_FIRING);
    outbox_hurry(d.outbox);
    cr_assert_eq(outbox_next(d.outbox), 0, "a time that can be subtracted from");
    cr_assert(take(&d));
    end(&d, OUTBOX_LATER);
    cr_assert(take(&d));
    end(&d, OUTBOX_TAKEN);
    cr_assert_not(take(&d));
    cr_assert_eq(outbox_waiting(d.outbox), 1);
    outbox_free(d.outbox);
}

/* Random results: each event is taken, or given up and counted; never both, never twice. */
Test(outbox, accounts_for_every_event_whatever_happens)
{
    struct desk d = desk();
    open_desk(&d, 1);
    uint32_t random = 12345;
    size_t taken = 0, dropped = 0, added = 0;
    bool seen[3000] = {false};
    for (int step = 0; step < 20000; step++) {
        random = random * 1664525 + 1013904223;
        if (added < 2999 && random >> 30 == 0)
            add(&d, ++added, NOTIFY_FIRING);
        if (take(&d)) {
            unsigned dice = random >> 24 & 7;
            for (size_t i = 0; dice < 5 && i < d.m.count; i++) {
                cr_assert_not(seen[alert_in(&d, i)]);
                seen[alert_in(&d, i)] = true;
                taken++;
            }
            end(&d, dice < 5 ? OUTBOX_TAKEN : dice == 5 ? OUTBOX_REFUSED : OUTBOX_LATER);
        }
        dropped += outbox_dropped(d.outbox, 0);
        pass(&d, (random >> 16 & 15) * NS_PER_S);
    }
    cr_assert_eq(taken + dropped + outbox_waiting(d.outbox), added);
    cr_assert_eq(d.gone, taken + dropped);
    cr_assert_gt(taken, 1000);
    outbox_free(d.outbox);
}

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
