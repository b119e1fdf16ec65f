/* rules_tape_notes.c - entries noted down, and what becomes of those that matter. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/latency_save.h"
#include "monitor/rules_inside.h"
#include "monitor/rules_tape.h"

#define SECOND_BIAS (INT64_C(1) << 36) /* four thousand years: no server writes others */

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
    uint64_t bytes, visitor;
    uint32_t bucket;
};

static void give(struct rules_tape *t, struct tape_target *target, const struct tape_class *c,
                 const struct noted *n, bool all)
{
    struct tape_group *g = &t->groups[target->group];
    const uint64_t amounts[RULE_COUNTERS] = {[COUNT_ENTRIES] = 1,
                                             [COUNT_BYTES] = n->bytes,
                                             [COUNT_ERRORS] = c->hundreds == 5,
                                             [COUNT_CLIENT_ERRORS] = c->hundreds == 4};
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
    for (uint32_t i = c->targets; i < c->targets + c->target_count; i++) {
        struct tape_target *target = &t->targets[t->class_targets[i]];
        if (all || target->all || rules_spans_hold(&target->spans, n->second, &target->hint))
            give(t, target, c, n, all);
    }
}

static void give_block(struct rules_tape *t, const struct tape_block *b, bool all)
{
    struct noted n = {.second = 0};
    for (uint32_t i = 0; i < b->count; i++) {
        uint64_t word = b->words[i];
        if (word & NOTE_SECOND) {
            n.second = (int64_t)(word & ~NOTE_SECOND) - SECOND_BIAS;
            continue;
        }
        const struct tape_class *c =
            &t->rows[(word & ((1u << NOTE_CLASS_BITS) - 1)) + b->classes];
        n.bytes = word >> NOTE_CLASS_BITS & NOTE_BYTES_MOST;
        n.visitor = c->host ? b->words[++i] : 0;
        n.bucket = word & NOTE_TIMED ? (uint32_t)b->words[++i] : NOTE_NO_TIME;
        if (all || c->wanted)
            give_note(t, c, &n, all);
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

/* `all`: not only those that matter. */
static void give_all(struct rules_tape *t, bool all)
{
    for (size_t i = 0; i < t->block_count; i++) {
        give_block(t, t->blocks[i], all);
        free(t->blocks[i]);
    }
    t->block_count = 0;
}

static void new_block(struct rules_tape *t)
{
    close_block(t);
    if (t->block_count == t->block_most)
        give_all(t, true);
    t->blocks = mem_grow(t->blocks, t->block_count + 1, sizeof(struct tape_block *));
    struct tape_block *b = mem_grow(NULL, 1, sizeof *b);
    b->classes = 0;
    t->blocks[t->block_count++] = b;
    t->note = b->words;
    t->notes_end = b->words + WORDS_IN_BLOCK;
    t->second = INT64_MIN;
}

/* ---- Noting ---------------------------------------------------------------------------------- */

static uint64_t *note_time(struct rules_tape *t, struct tape_class *c, uint64_t *note,
                           const struct entry *e)
{
    if (!(e->has & FIELD_BIT(FIELD_REQUEST_TIME))) {
        c->untimed = true;
        return note;
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
    *note++ = bucket;
    return note;
}

/* The page and the second that are noted from now on. */
static void turn(struct rules_tape *t, int64_t second)
{
    if (second >> RULES_PAGE_BITS != t->page) {
        tape_page_close(t);
        t->page = second >> RULES_PAGE_BITS;
    }
    t->second = second;
    *t->note++ = (uint64_t)(second + SECOND_BIAS) | NOTE_SECOND;
}

bool tape_note(struct rules_tape *t, uint32_t number, struct tape_class *c, const struct batch *b,
               const struct entry *e)
{
    uint64_t bytes = rules_amount(COUNT_BYTES, e);
    if (__builtin_expect(bytes > NOTE_BYTES_MOST || e->second <= -SECOND_BIAS || e->second >= SECOND_BIAS, 0))
        return false;
    if (t->notes_end - t->note < NOTE_WORDS)
        new_block(t);
    if (t->second != e->second)
        turn(t, e->second);
    if (!c->entries++)
        t->touched[t->touched_count++] = number;
    c->bytes += bytes;
    uint64_t *first = t->note, *note = first + 1;
    *first = number | bytes << NOTE_CLASS_BITS;
    if (c->host) {
        bool has = e->has & FIELD_BIT(FIELD_HOST);
        uint64_t visitor =
            has ? key_hash_slack(key_cut(batch_text(b, e, FIELD_HOST)), &t->net->secret) : 0;
        if (has && c->people_count)
            tape_page_visitor(t, c, visitor);
        *note++ = visitor;
    }
    if (c->timed_count) {
        uint64_t *before = note;
        note = note_time(t, c, note, e);
        *first |= note > before ? NOTE_TIMED : 0;
    }
    t->note = note;
    return true;
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

void tape_notes_settle(struct rules_tape *t)
{
    tape_notes_close(t);
    tell_targets(t);
    tape_choose_spans(t);
    for (uint32_t i = 0; i < t->class_count; i++) {
        struct tape_class *c = &t->rows[i];
        c->wanted = false;
        for (uint32_t k = c->targets; k < c->targets + c->target_count; k++) {
            const struct tape_target *target = &t->targets[t->class_targets[k]];
            c->wanted |= target->all || target->spans.count;
        }
    }
    give_all(t, false);
}
