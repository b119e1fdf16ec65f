/* rules_tape.c - what rules count of a log, by second, in the order in which it comes. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/latency_save.h"
#include "monitor/rules_inside.h"
#include "monitor/rules_tape.h"

/* For all tapes together: 64 MB of notes, 64 MB of pages. */
enum { BLOCKS_MOST = 32, PAGES_MOST = 4 * 1024 * 1024 };

static void make_group(struct tape_group *g, const struct rule_group *group, uint32_t share)
{
    *g = (struct tape_group){.group = group, .keys_most = TAPE_KEYS / share + 1};
    for (unsigned c = 0; c < RULE_COUNTERS; c++)
        if (group->counters & COUNTER_BIT(c))
            g->columns[g->column_count++] = (enum rule_counter)c;
}

static void make_guest(struct rules_tape *t);

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
    make_guest(t);
    t->earliest = INT64_MAX;
    t->latest = INT64_MIN;
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

static void take_line(struct rules_tape *t, const struct tally_lent *l, uint32_t line)
{
    uint32_t class = t->line_classes[line];
    const struct entry *e = l->batch->entries + l->first + line;
    if (class == CLASS_NONE || l->bytes[line] > NOTE_BYTES_MOST) {
        take_singly(t, l->batch, e);
        return;
    }
    if (t->hot[class].way == WAY_NEW)
        tape_class_fill(t, class, l->batch, e);
    const struct tape_class *c = &t->rows[class];
    if (c->target_count)
        tape_note_long(t, class, l, line);
    for (uint32_t i = 0; i < c->direct_count; i++)
        take_in(t, &t->groups[t->class_directs[c->directs + i]], l->batch, e);
}

static bool are_noted_alike(const struct rules_tape *t)
{
    return t->alike && t->hot[CLASS_FIRST].way == WAY_NOTE && t->hot[CLASS_FIRST].words > 0;
}

/* All lines are of the one class that there is: one note for all. False: they are too large. */
static bool take_alike(struct rules_tape *t, const struct tally_lent *l, uint32_t from, uint32_t to)
{
    uint64_t bytes = 0, most = 0;
    for (uint32_t i = from; i < to; i++) {
        bytes += l->bytes[i];
        most |= l->bytes[i];
    }
    if (most > NOTE_BYTES_MOST / CLASS_STRETCH)
        return false;
    tape_touch(t, &t->hot[CLASS_FIRST], to - from, bytes, 0);
    *t->note++ = CLASS_FIRST | NOTE_BYTES | NOTE_WIDE | NOTE_MANY;
    *t->note++ = (uint32_t)bytes;
    *t->note++ = (uint32_t)(bytes >> 32);
    *t->note++ = to - from;
    return true;
}

static void take_each(struct rules_tape *t, const struct tally_lent *l, uint32_t from, uint32_t to)
{
    const struct tally_lent own = *l; /* nothing that is written below is in it */
    const uint32_t *classes = t->line_classes;
    struct tape_hot *hot = t->hot;
    uint32_t *note = t->note;
    for (uint32_t i = from; i < to; i++) {
        struct tape_hot *h = &hot[classes[i]];
        if (__builtin_expect(h->way != WAY_NOTE || own.bytes[i] > UINT32_MAX, 0)) {
            t->note = note;
            take_line(t, l, i);
            note = t->note;
            continue;
        }
        note[0] = h->word | tape_touch_line(t, h, &own, i);
        note[1] = (uint32_t)own.bytes[i];
        note += h->words;
    }
    t->note = note;
}

/* Lines of one second. */
static void take_run(struct rules_tape *t, const struct tally_lent *l, uint32_t from, uint32_t to)
{
    const struct entry *e = l->batch->entries + l->first;
    int64_t second = e[from].second;
    t->any = true;
    t->last = second;
    t->earliest = second < t->earliest ? second : t->earliest;
    t->latest = second > t->latest ? second : t->latest;
    if (!tape_notes_open(t, second, to - from)) {
        for (uint32_t i = from; i < to; i++)
            take_singly(t, l->batch, e + i);
    } else if (!are_noted_alike(t) || !take_alike(t, l, from, to)) {
        take_each(t, l, from, to);
    }
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

/* Up to which line the second is the same as that of the first one, which has a time. */
static uint32_t second_end(const struct tally_lent *l, uint32_t from)
{
    const struct entry *e = l->batch->entries + l->first;
    uint32_t to = from + 1;
    while (to < l->count && e[to].second == e[from].second && (e[to].has & FIELD_BIT(FIELD_TIME)))
        to++;
    return to;
}

/* Lines of one second, in between which others may have been refused. */
static void take_second(struct rules_tape *t, const struct tally_lent *l, uint32_t from, uint32_t to)
{
    while (from < to) {
        for (; t->refused < t->refused_end && t->refused->before <= l->first + from; t->refused++)
            refuse(t, t->refused);
        bool inside = t->refused < t->refused_end && t->refused->before < l->first + to;
        uint32_t end = inside ? t->refused->before - l->first : to;
        take_run(t, l, from, end);
        from = end;
    }
}

static void take(void *ctx, const struct tally_lent *l)
{
    struct rules_tape *t = ctx;
    const struct entry *e = l->batch->entries + l->first;
    classes_of(t->classes, l->batch, e, l->count, l->marks, t->line_classes);
    tape_classes_room(t);
    for (uint32_t i = 0, from = 0; i < l->run_count; from = l->runs[i++])
        take_second(t, l, from, l->runs[i]);
    for (uint32_t from = 0, to; !l->run_count && from < l->count; from = to) {
        to = from + 1;
        if (!(e[from].has & FIELD_BIT(FIELD_TIME)))
            continue;
        to = second_end(l, from);
        take_second(t, l, from, to);
    }
}

static uint16_t mark(void *ctx, enum field field, const struct batch *b, const struct entry *e)
{
    struct rules_tape *t = ctx;
    return classes_kind(t->classes, field, b, e);
}

static void make_guest(struct rules_tape *t)
{
    const field_set texts = FIELD_BIT(FIELD_TEXTS) - 1;
    t->guest = (struct tally_guest){.marked = classes_fields(t->classes) & texts,
                                    .marker = {mark, t, CLASS_LACKS},
                                    .take = take,
                                    .ctx = t};
    for (uint32_t i = 0; i < t->net->group_count; i++)
        t->guest.hosts |= t->groups[i].noted && t->net->groups[i].visitors;
    t->alike = classes_all(t->classes) && !classes_fields(t->classes) && !t->faults;
}

static void batch_begins(struct rules_tape *t, const struct batch *b)
{
    t->refused = b->refusals;
    t->refused_end = t->refused + b->refusal_count;
}

static void batch_ends(struct rules_tape *t)
{
    for (; t->refused < t->refused_end; t->refused++)
        refuse(t, t->refused);
}

void rules_tape_and_tally(struct rules_tape *t, struct tally *tally, const struct batch *b)
{
    batch_begins(t, b);
    tally_add_lending(tally, b, &t->guest);
    batch_ends(t);
}

/* What a tally would lend. */
static void take_alone(struct rules_tape *t, const struct batch *b, uint32_t first, uint32_t count)
{
    const struct entry *e = b->entries + first;
    struct tally_lent lent = {.batch = b, .first = first, .count = count,
                              .bytes = t->own_bytes, .hundred = t->own_hundred};
    for (uint32_t i = 0; i < count; i++, e++) {
        t->own_bytes[i] = rules_amount(COUNT_BYTES, e);
        t->own_hundred[i] = e->has & FIELD_BIT(FIELD_STATUS) ? (uint8_t)(e->status / 100) : 0;
    }
    take(t, &lent);
}

void rules_tape_batch(struct rules_tape *t, const struct batch *b)
{
    batch_begins(t, b);
    for (uint32_t i = 0; i < b->count; i += CLASS_STRETCH)
        take_alone(t, b, i, b->count - i < CLASS_STRETCH ? b->count - i : CLASS_STRETCH);
    batch_ends(t);
}

void rules_tape_seconds(struct rules_tape *t, int64_t *first, int64_t *last)
{
    *first = t->earliest;
    *last = t->latest;
    t->earliest = INT64_MAX;
    t->latest = INT64_MIN;
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
