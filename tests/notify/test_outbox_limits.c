/* test_outbox_limits.c - too many, too much at once, restarts, what is told again, the end: nothing
 * is lost without being counted. */
#include "desk.h"

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
