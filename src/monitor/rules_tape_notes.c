/* rules_tape_notes.c - entries noted down, and what becomes of those that matter. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/latency_save.h"
#include "monitor/rules_inside.h"
#include "monitor/rules_tape.h"

void tape_notes_done(struct rules_tape *t)
{
    for (size_t i = 0; i < t->block_count; i++)
        free(t->blocks[i]);
    free(t->blocks);
    rules_pages_done(&t->pages);
}

/* ---- To the timelines ------------------------------------------------------------------------ */

/* One note. */
struct noted {
    int64_t second;
    uint64_t lines, errors, client_errors, bytes, visitor;
    uint32_t bucket;
};

static void give(struct rules_tape *t, struct tape_target *target, const struct noted *n, bool all)
{
    struct tape_group *g = &t->groups[target->group];
    const uint64_t amounts[RULE_COUNTERS] = {[COUNT_ENTRIES] = n->lines,
                                             [COUNT_BYTES] = n->bytes,
                                             [COUNT_ERRORS] = n->errors,
                                             [COUNT_CLIENT_ERRORS] = n->client_errors};
    struct tape_key *k = tape_key_to(g, target->key, n->second);
    for (uint32_t i = 0; i < g->column_count; i++)
        k->amounts[i] += amounts[g->columns[i]];
    if (g->group->visitors && n->visitor &&
        (all || target->all || rules_spans_hold(&target->people, n->second, &target->people_hint)))
        tape_visitor(t, g, target->key, n->second, n->visitor);
    if (g->group->times && n->bucket != NOTE_NO_TIME)
        tape_time(t, g, target->key, n->second, n->bucket);
}

static void give_note(struct rules_tape *t, const struct tape_class *c, const struct noted *n,
                      bool all)
{
    uint32_t count = all ? c->target_count : c->wanted_count;
    for (uint32_t i = c->targets; i < c->targets + count; i++) {
        struct tape_target *target = &t->targets[t->class_targets[i]];
        if (all || target->all || rules_spans_hold(&target->spans, n->second, &target->hint))
            give(t, target, n, all);
    }
}

static inline uint64_t two_words(const uint32_t *words)
{
    return words[0] | (uint64_t)words[1] << 32;
}

/* Behind the first word. Returns where it ends. */
static const uint32_t *read_note(struct noted *n, uint32_t first, const uint32_t *at)
{
    n->errors = (first & NOTE_ERROR) != 0;
    n->client_errors = (first & NOTE_CLIENT_ERROR) != 0;
    n->bytes = first & NOTE_BYTES ? *at++ : 0;
    if (first & NOTE_WIDE)
        n->bytes |= (uint64_t)*at++ << 32;
    n->lines = first & NOTE_MANY ? *at++ : 1;
    n->visitor = 0;
    if (first & NOTE_VISITOR) {
        n->visitor = two_words(at);
        at += 2;
    }
    n->bucket = first & NOTE_TIMED ? *at++ : NOTE_NO_TIME;
    return at;
}

static void give_block(struct rules_tape *t, const struct tape_block *b, bool all)
{
    struct noted n = {.second = 0};
    for (const uint32_t *at = b->words, *end = at + b->count; at < end;) {
        uint32_t first = *at++;
        if (first & NOTE_SECOND) {
            n.second = (int64_t)((uint64_t)(first & ~NOTE_SECOND) << 32 | *at++) - NOTE_SECONDS;
            continue;
        }
        uint32_t class = (first & ((1u << NOTE_CLASS_BITS) - 1)) + b->classes;
        at = read_note(&n, first, at);
        if (all || t->hot[class].wanted)
            give_note(t, &t->rows[class], &n, all);
    }
}

/* The newest block is not counted while it is written. */
static void close_block(struct rules_tape *t)
{
    if (!t->note)
        return;
    struct tape_block *b = t->blocks[t->block_count - 1];
    b->count = (uint32_t)(t->note - b->words);
    t->note = t->notes_end = NULL;
}

/* NULL: not only those that matter. `spans`: all that have anything that does. */
static void give_all(struct rules_tape *t, const struct rules_spans *spans)
{
    for (size_t i = 0; i < t->block_count; i++) {
        if (!spans || rules_spans_meet(spans, t->blocks[i]->first, t->blocks[i]->last))
            give_block(t, t->blocks[i], !spans);
        free(t->blocks[i]);
    }
    t->block_count = 0;
}

static void new_block(struct rules_tape *t)
{
    close_block(t);
    if (t->block_count == t->block_most)
        give_all(t, NULL);
    t->blocks = mem_grow(t->blocks, t->block_count + 1, sizeof(struct tape_block *));
    struct tape_block *b = mem_aligned(sizeof *b, sizeof *b);
    b->first = INT64_MAX;
    b->last = INT64_MIN;
    t->blocks[t->block_count++] = b;
    t->note = b->words;
    t->notes_end = b->words + WORDS_IN_BLOCK;
    t->second = INT64_MIN;
}

/* ---- Noting ---------------------------------------------------------------------------------- */

/* The page and the second that are noted from now on. */
static void turn(struct rules_tape *t, int64_t second)
{
    if (second >> RULES_PAGE_BITS != t->page) {
        tape_page_close(t);
        t->page = second >> RULES_PAGE_BITS;
    }
    struct tape_block *b = t->blocks[t->block_count - 1];
    b->first = second < b->first ? second : b->first;
    b->last = second > b->last ? second : b->last;
    t->second = second;
    *t->note++ = (uint32_t)((uint64_t)(second + NOTE_SECONDS) >> 32) | NOTE_SECOND;
    *t->note++ = (uint32_t)(second + NOTE_SECONDS);
}

bool tape_notes_open(struct rules_tape *t, int64_t second, uint32_t count)
{
    if (__builtin_expect(second <= -NOTE_SECONDS || second >= NOTE_SECONDS, 0))
        return false;
    if (t->notes_end - t->note < (count + 1) * NOTE_WORDS)
        new_block(t);
    if (t->second != second)
        turn(t, second);
    return true;
}

static void note_time(struct rules_tape *t, struct tape_class *c, uint32_t *first,
                      const struct entry *e)
{
    if (!(e->has & FIELD_BIT(FIELD_REQUEST_TIME))) {
        c->untimed = true;
        return;
    }
    uint32_t bucket = latency_bucket(entry_number(e, FIELD_REQUEST_TIME));
    c->timed = true;
    for (uint32_t i = c->targets; i < c->targets + c->timed_count; i++) {
        const struct tape_target *target = &t->targets[t->class_targets[i]];
        if (bucket < t->groups[target->group].slow)
            continue;
        uint32_t place = target->places[PAGE_SLOW] - 1;
        if (!t->place_sums[place]++)
            t->places_touched[t->places_touched_count++] = place;
    }
    *first |= NOTE_TIMED;
    *t->note++ = bucket;
}

static void note_visitor(struct rules_tape *t, const struct tape_class *c,
                         const struct tally_lent *l, uint32_t line)
{
    const struct entry *e = l->batch->entries + l->first + line;
    uint64_t visitor = 0;
    if (e->has & FIELD_BIT(FIELD_HOST)) {
        visitor = l->hosts ? l->hosts[line]
                           : key_hash_slack(key_cut(batch_text(l->batch, e, FIELD_HOST)), &t->net->secret);
        if (c->people_count)
            tape_page_visitor(t, c, visitor);
    }
    *t->note++ = (uint32_t)visitor;
    *t->note++ = (uint32_t)(visitor >> 32);
}

void tape_note_long(struct rules_tape *t, uint32_t number, const struct tally_lent *l, uint32_t line)
{
    struct tape_class *c = &t->rows[number];
    uint32_t *first = t->note++;
    *first = t->hot[number].word | tape_touch_line(t, &t->hot[number], l, line);
    if (*first & NOTE_BYTES)
        *t->note++ = (uint32_t)l->bytes[line];
    if (*first & NOTE_BYTES && l->bytes[line] > UINT32_MAX) {
        *first |= NOTE_WIDE;
        *t->note++ = (uint32_t)(l->bytes[line] >> 32);
    }
    if (c->host)
        note_visitor(t, c, l, line);
    if (c->timed_count)
        note_time(t, c, first, l->batch->entries + l->first + line);
}

/* ---- All is read ------------------------------------------------------------------------------ */

void tape_notes_close(struct rules_tape *t)
{
    tape_page_close(t);
    close_block(t);
}

static void merge_pages(struct rules_tape *into, struct rules_tape *from)
{
    uint32_t *places = mem_new(from->place_count + 1, sizeof *places);
    for (uint32_t i = 0; i < from->target_count; i++) {
        const struct tape_target *was = &from->targets[i];
        const struct tape_key *k = from->groups[was->group].keys[was->key];
        struct tape_group *g = &into->groups[was->group];
        uint32_t key = tape_key_at(into, g, k->hash, text_make(k->name, k->name_len));
        const struct tape_target *is = &into->targets[g->keys[key]->target - 1];
        for (unsigned c = 0; c < PAGE_COLUMNS; c++)
            if (was->places[c])
                places[was->places[c] - 1] = is->places[c] - 1;
    }
    while (from->pages.bits < into->pages.bits)
        rules_pages_join(&from->pages);
    while (into->pages.bits < from->pages.bits)
        rules_pages_join(&into->pages);
    for (size_t i = 0; i < from->pages.count; i++) {
        const struct rules_page *p = &from->pages.rows[i];
        while (from->pages.bits < into->pages.bits)
            rules_pages_join(&from->pages);
        rules_pages_add(&into->pages, places[p->place],
                        (int64_t)p->number << (from->pages.bits - RULES_PAGE_BITS), p->sum);
    }
    into->pages.most += from->pages.most;
    free(places);
}

void tape_notes_merge(struct rules_tape *into, struct rules_tape *from, uint32_t classes_before)
{
    merge_pages(into, from);
    into->blocks = mem_grow(into->blocks, into->block_count + from->block_count + 1,
                            sizeof(struct tape_block *));
    for (size_t i = 0; i < from->block_count; i++) {
        from->blocks[i]->classes += classes_before;
        into->blocks[into->block_count++] = from->blocks[i];
    }
    from->block_count = 0;
    into->block_most += from->block_most;
}

/* Which targets had durations, and which lacked them. */
static void tell_targets(struct rules_tape *t)
{
    for (uint32_t i = 0; i < t->class_count; i++) {
        const struct tape_class *c = &t->rows[i];
        for (uint32_t k = c->targets; k < c->targets + c->timed_count; k++) {
            t->targets[t->class_targets[k]].timed |= c->timed;
            t->targets[t->class_targets[k]].untimed |= c->untimed;
        }
    }
}

static bool is_wanted(const struct tape_target *g)
{
    return g->all || g->spans.count;
}

/* Those of its targets that have spans go to the front. */
static void choose_wanted(struct rules_tape *t, uint32_t class)
{
    struct tape_class *c = &t->rows[class];
    uint32_t *targets = t->class_targets + c->targets, count = 0;
    for (uint32_t i = 0; i < c->target_count; i++)
        if (is_wanted(&t->targets[targets[i]])) {
            uint32_t other = targets[count];
            targets[count++] = targets[i];
            targets[i] = other;
        }
    c->wanted_count = count;
    t->hot[class].wanted = count;
}

void tape_notes_settle(struct rules_tape *t)
{
    struct rules_spans all = {0};
    tape_notes_close(t);
    tell_targets(t);
    tape_choose_spans(t);
    for (uint32_t i = 0; i < t->class_count; i++)
        if (t->rows[i].target_count)
            choose_wanted(t, i);
    for (uint32_t i = 0; i < t->target_count; i++)
        rules_spans_join(&all, &t->targets[i].spans, t->targets[i].all);
    give_all(t, &all);
    rules_spans_done(&all);
}
