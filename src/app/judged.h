/* judged.h - the alerts of a report: of all rules, in order of firing, with their causes; and what
 * thresholds would have made of the same log.
 *
 * Owns its rows. Main thread, which starts others and waits for them. */
#ifndef SPATE_APP_JUDGED_H
#define SPATE_APP_JUDGED_H

#include "app/rule_set.h"
#include "app/work.h"
#include "model/snapshot.h"
#include "monitor/replay.h"

/* At most so many alerts of other rules than the default one are listed; and so many are explained at a time,
 * each time by reading their windows. */
enum { JUDGED_MOST = 10000, EXPLAINED_AT_ONCE = 256 };

struct judged_alert {
    uint32_t rule; /* of rule_set.others; JUDGED_DEFAULT */
    struct monitor_alert alert;
};
#define JUDGED_DEFAULT UINT32_MAX

struct judged {
    struct replay_span span;
    size_t count, room, others;
    struct judged_alert *rows; /* by time of firing, the default rule before the others */
    uint64_t unlisted;
    struct try_figures *tries; /* one for each --try */
};

/* `jobs`: threads to judge with. */
void judged_init(struct judged *j, struct work *w, const struct rule_set *rules, unsigned jobs,
                 int64_t wall_s);
void judged_done(struct judged *j);

#endif
