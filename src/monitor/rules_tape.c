/* rules_tape.c - what rules count of a log, by second, in the order in which it comes. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/latency_save.h"
#include "monitor/rules_inside.h"
#include "monitor/rules_tape.h"

/* For all tapes together: 64 MB of notes, 64 MB of pages. */
enum { BLOCKS_MOST = 64, PAGES_MOST = 4 * 1024 * 1024 };

static void make_group(struct tape_group *g, const struct rule_group *group, uint32_t share)
{
    *g = (struct tape_group){.group = group, .keys_most = TAPE_KEYS / share + 1};
    for (unsigned c = 0; c < RULE_COUNTERS; c++)
        if (group->counters & COUNTER_BIT(c))
            g->columns[g->column_count++] = (enum rule_counter)c;
}

struct rules_tape *rules_tape_new(const struct rule_spec *rules, uint32_t count, uint32_t share)
{
    struct rules_tape *t = mem_new(1, sizeof *t);
    t->rules = rules;
    t->net = rules_net_new(rules, count);
    t->groups = mem_new(t->net->group_count, sizeof *t->groups);
    t->matched = mem_new((size_t)t->net->group_count + 1, sizeof *t->matched);
    t->record_most = TAPE_RECORDS / share + 1;
    t->stride = 1;
    for (uint32_t i = 0; i < t->net->group_count; i++)
        make_group(&t->groups[i], &t->net->groups[i], share);
    t->block_most = BLOCKS_MOST / share + 1;
    rules_pages_init(&t->pages, PAGES_MOST / share + 1);
    tape_choose_noted(t);
    return t;
}

void rules_tape_free(struct rules_tape *t)
{
    if (!t)
        return;
    tape_notes_done(t);
    tape_classes_done(t);
    for (uint32_t i = 0; i < t->net->group_count; i++) {
        tape_keys_free(&t->groups[i]);
        tape_records_free(&t->groups[i].visitors);
        tape_records_free(&t->groups[i].times);
    }
    free(t->groups);
    free(t->matched);
    rules_net_free(t->net);
    free(t);
}

/* ---- Entries --------------------------------------------------------------------------------- */

static void take_in(struct rules_tape *t, struct tape_group *g, const struct batch *b,
                    const struct entry *e)
{
    struct rule_key_name name = {.name = TEXT("")};
    char room[CAUSE_NAME_SIZE];
    uint32_t key = 0;
    if (g->group->per != FIELD_COUNT && !rules_key_of(t->net, g->group->per, b, e, room, &name))
        return;
    if (g->group->per != FIELD_COUNT || !g->key_count)
        key = tape_key_at(t, g, name.hash, name.name);
    struct tape_key *k = tape_key_to(g, key, e->second);
    k->direct = true;
    for (uint32_t i = 0; i < g->column_count; i++)
        k->amounts[i] += rules_amount(g->columns[i], e);
    if (g->group->visitors && (e->has & FIELD_BIT(FIELD_HOST)))
        tape_visitor(t, g, key, e->second,
                     key_hash_slack(key_cut(batch_text(b, e, FIELD_HOST)), &t->net->secret));
    if (g->group->times && (e->has & FIELD_BIT(FIELD_REQUEST_TIME)))
        tape_time(t, g, key, e->second, latency_bucket(entry_number(e, FIELD_REQUEST_TIME)));
}

/* An entry that has no class, or cannot be noted. */
static void take_singly(struct rules_tape *t, const struct batch *b, const struct entry *e)
{
    uint32_t count = rules_net_match(t->net, b, e, t->matched);
    if (t->groups[GROUP_ALL].group->window_most)
        t->matched[count++] = GROUP_ALL;
    for (uint32_t i = 0; i < count; i++)
        take_in(t, &t->groups[t->matched[i]], b, e);
}

static void take_entry(struct rules_tape *t, uint32_t class, const struct batch *b,
                       const struct entry *e)
{
    t->any = true;
    t->last = e->second;
    if (class == CLASS_NONE) {
        take_singly(t, b, e);
        return;
    }
    struct tape_class *c = tape_class(t, class, b, e);
    if (c->target_count && !tape_note(t, class, c, b, e)) {
        take_singly(t, b, e);
        return;
    }
    for (uint32_t i = 0; i < c->direct_count; i++)
        take_in(t, &t->groups[t->class_directs[c->directs + i]], b, e);
}

void rules_tape_refused(struct rules_tape *t, int64_t second, uint64_t lines)
{
    struct tape_group *g = &t->groups[GROUP_ALL];
    if (!(g->group->counters & COUNTER_BIT(COUNT_REJECTED)) || !lines)
        return;
    if (!g->key_count)
        tape_key_at(t, g, 0, TEXT(""));
    tape_key_to(g, 0, second)->amounts[g->column_count - 1] += lines; /* the last counter there is */
}

static void refuse(struct rules_tape *t, const struct refusal *r)
{
    if (t->any)
        rules_tape_refused(t, t->last, r->lines);
    else
        t->leading += r->lines;
}

/* The classes of the next entries; what they will touch is called for. */
static void look_ahead(const struct rules_tape *t, const struct batch *b, uint32_t first,
                       uint32_t *classes)
{
    uint32_t count = b->count - first < CLASS_STRETCH ? b->count - first : CLASS_STRETCH;
    classes_of(t->classes, b, b->entries + first, count, classes);
    for (uint32_t i = 0; i < count; i++)
        if (classes[i] < t->class_count)
            __builtin_prefetch(&t->rows[classes[i]], 1);
}

void rules_tape_batch(struct rules_tape *t, const struct batch *b)
{
    const struct refusal *refused = b->refusals, *end = refused + b->refusal_count;
    uint32_t classes[CLASS_STRETCH];
    for (uint32_t i = 0; i < b->count; i++) {
        if (i % CLASS_STRETCH == 0)
            look_ahead(t, b, i, classes);
        for (; refused < end && refused->before <= i; refused++)
            refuse(t, refused);
        if (b->entries[i].has & FIELD_BIT(FIELD_TIME))
            take_entry(t, classes[i % CLASS_STRETCH], b, &b->entries[i]);
    }
    for (; refused < end; refused++)
        refuse(t, refused);
}

void rules_tape_piece(struct rules_tape *t)
{
    t->any = false;
    t->leading = 0;
}

bool rules_tape_edges(const struct rules_tape *t, uint64_t *leading, int64_t *last)
{
    *leading = t->leading;
    *last = t->last;
    return t->any;
}

/* ---- Merging --------------------------------------------------------------------------------- */

static void merge_key(const struct tape_group *g, struct tape_key *into, struct tape_key *from)
{
    into->direct |= from->direct;
    for (uint32_t i = 0; i < g->column_count; i++) {
        into->totals[i] += from->totals[i];
        if (!into->columns[i]) {
            into->columns[i] = from->columns[i];
            from->columns[i] = NULL;
        } else if (from->columns[i]) {
            timeline_merge(into->columns[i], from->columns[i]);
        }
    }
}

static void merge_group(struct rules_tape *t, struct tape_group *into, struct tape_group *from)
{
    uint32_t *numbers = mem_new(from->key_count + 1, sizeof *numbers);
    into->keys_most = UINT32_MAX; /* all tapes together hold no more than they may */
    for (uint32_t i = 0; i < from->key_count; i++) {
        struct tape_key *k = from->keys[i];
        numbers[i] = tape_key_at(t, into, k->hash, text_make(k->name, k->name_len));
        merge_key(into, into->keys[numbers[i]], k);
    }
    tape_records_merge(&into->visitors, &from->visitors, numbers);
    tape_records_merge(&into->times, &from->times, numbers);
    free(numbers);
}

static void flush_keys(struct rules_tape *t)
{
    for (uint32_t i = 0; i < t->net->group_count; i++)
        for (uint32_t k = 0; k < t->groups[i].key_count; k++)
            tape_key_flush(&t->groups[i], t->groups[i].keys[k]);
}

void rules_tape_merge(struct rules_tape *into, struct rules_tape *from)
{
    uint32_t classes_before = into->class_count;
    flush_keys(into);
    flush_keys(from);
    tape_notes_close(into);
    tape_notes_close(from);
    for (uint32_t i = 0; i < into->net->group_count; i++)
        merge_group(into, &into->groups[i], &from->groups[i]);
    if (from->level > into->level)
        into->level = from->level;
    tape_records_level(into);
    tape_classes_merge(into, from);
    tape_notes_merge(into, from, classes_before);
}

void rules_tape_flush(struct rules_tape *t)
{
    tape_notes_settle(t);
    flush_keys(t);
}
