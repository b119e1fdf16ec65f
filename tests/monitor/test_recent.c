/* test_recent.c - the last alerts: who stays and who makes room. */
#include <criterion/criterion.h>

#include "monitor/recent.h"

static void add(struct recent_alerts *r, uint64_t id, bool recovered)
{
    struct monitor_alert alert = {.id = id, .recovered = recovered};
    recent_alerts_add(r, &alert);
}

/* Whoever is told of it again and again would be told no more after the next restart. */
Test(recent, keeps_an_alert_that_fires_however_many_come_and_go_after_it)
{
    static struct recent_alerts r;
    add(&r, 1, true);
    add(&r, 2, false);
    for (uint64_t id = 3; id < 1000; id++)
        add(&r, id, true);
    cr_assert_eq(r.count, MONITOR_ALERTS_KEPT);
    cr_assert_eq(r.rows[0].id, 999);
    cr_assert_eq(r.rows[MONITOR_ALERTS_KEPT - 1].id, 2);
    cr_assert_null(recent_alerts_find(&r, 1));
    for (size_t i = 1; i < r.count; i++)
        cr_assert_lt(r.rows[i].id, r.rows[i - 1].id);
}

Test(recent, lets_the_oldest_go_where_all_fire)
{
    static struct recent_alerts r;
    for (uint64_t id = 1; id <= MONITOR_ALERTS_KEPT + 3; id++)
        add(&r, id, false);
    cr_assert_eq(r.count, MONITOR_ALERTS_KEPT);
    cr_assert_eq(r.rows[r.count - 1].id, 4);
}
