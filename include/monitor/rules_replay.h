/* rules_replay.h - judges rules over a whole log that was read in any order, in any number of
 * threads.
 *
 * Each thread puts what its rules count on a tape of its own, by second; tapes merge; then every
 * second of the log is judged in order of event time, by the same judge as live (rules.h). Exact
 * for all counts, within bounds that are shared by the tapes of all threads:
 *   - with `per` the TAPE_KEYS busiest keys of a rule are looked at, each as if it were alone;
 *   - of visitors and durations as many as fit into TAPE_RECORDS (of one visitor or bucket in one
 *     second), then a sample of half of them, of a quarter ...
 *
 * A tape has one thread; merging and judging need all to be quiet. Keeps pointers into the rules. */
#ifndef SPATE_MONITOR_RULES_REPLAY_H
#define SPATE_MONITOR_RULES_REPLAY_H

#include "monitor/rules.h"
#include "monitor/timeline.h"

enum { TAPE_KEYS = 100 * 1000, TAPE_RECORDS = 16 * 1024 * 1024 };

struct rules_tape;

/* `share`: how many tapes there are, each with that part of the bounds. */
struct rules_tape *rules_tape_new(const struct rule_spec *rules, uint32_t count, uint32_t share);
void rules_tape_free(struct rules_tape *t); /* accepts NULL */

/* Counts all entries that have a time. A refused line counts at the time of the entry before it in
 * its file; and those before the first one nowhere, unless the piece before knows better: see below. */
void rules_tape_batch(struct rules_tape *t, const struct batch *b);

/* Counts them, and in the tally all that tally_add() would: the two look everything up once. All batches
 * of a tape go that way, and to the same tally, or none does. */
void rules_tape_and_tally(struct rules_tape *t, struct tally *tally, const struct batch *b);
/* The first and the last second since this was asked before; INT64_MAX and INT64_MIN: no entry had one. */
void rules_tape_seconds(struct rules_tape *t, int64_t *first, int64_t *last);

/* A piece of a file begins: what entry is before it, another tape may know. */
void rules_tape_piece(struct rules_tape *t);
/* The piece's refused lines that had no entry before them, and its last entry's second (false: it has
 * none). */
bool rules_tape_edges(const struct rules_tape *t, uint64_t *leading, int64_t *last);
void rules_tape_refused(struct rules_tape *t, int64_t second, uint64_t lines);

void rules_tape_merge(struct rules_tape *into, struct rules_tape *from);

/* Adds up what is still on the way: after the last batch, before the tape is judged. */
void rules_tape_flush(struct rules_tape *t);

/* What of the log is judged: from its first to its last second that is believed (replay.h). */
struct rules_log {
    int64_t first, last;
    bool any;
    int64_t *doubted; /* seconds that are not believed, in order */
    size_t doubted_count;
};

/* all: the hits of every second. */
struct rules_log rules_log_of(const struct timeline *all, int64_t wall_s);
void rules_log_done(struct rules_log *l);

/* One firing of rule number `rule`, once it is known how it ended (not recovered: the log ended).
 * In order of time for each rule and key, not over all. Lives until the return. */
typedef void rules_replay_firing(void *ctx, uint32_t rule, const struct monitor_alert *a);

/* part, parts: only the rules whose turn it is, when several threads judge one tape. */
void rules_replay(struct rules_tape *t, const struct rules_log *log, unsigned part, unsigned parts,
                  rules_replay_firing *firing, void *ctx);

#endif
