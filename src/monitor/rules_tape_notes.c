/* rules_tape_notes.c - entries noted down for groups that only count, and the sums of their pages. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/rules_inside.h"
#include "monitor/rules_tape.h"

/* 64 MB of notes at the most, for all tapes together. */
enum { BLOCKS_MOST = 64, CLASS_BITS = 4, GROUP_BITS = 16 };
#define SECOND_BIAS (INT64_C(1) << 43)

static bool fits(int64_t second)
{
    return second > -SECOND_BIAS && second < SECOND_BIAS;
}

static bool is_whole(const struct rules_net *n, uint32_t group)
{
    for (uint32_t i = 0; i < n->rule_count; i++)
        if (n->wholes[i] == group)
            return true;
    return false;
}

void tape_notes_init(struct rules_tape *t, uint32_t share)
{
    const struct rules_net *n = t->net;
    t->now = mem_new(n->group_count, sizeof *t->now);
    t->kinds = mem_new(n->group_count, sizeof *t->kinds);
    t->block_most = BLOCKS_MOST / share + 1;
    for (uint32_t i = 0; i < n->group_count && n->group_count < 1u << GROUP_BITS; i++) {
        const struct rule_group *g = &n->groups[i];
        bool rejected = g->counters & COUNTER_BIT(COUNT_REJECTED);
        if (g->counters & COUNTER_BIT(COUNT_BYTES))
            t->kinds[i] |= TAPE_BYTES;
        if (g->per == FIELD_COUNT && !g->visitors && !g->times && !rejected && !is_whole(n, i) &&
            rules_spans_bounded(t->rules, g))
            t->kinds[i] |= TAPE_NOTED;
    }
}

void tape_notes_done(struct rules_tape *t)
{
    for (size_t i = 0; i < t->block_count; i++)
        free(t->blocks[i]);
    free(t->blocks);
    free(t->now);
    free(t->kinds);
    for (uint32_t i = 0; i < t->net->group_count; i++) {
        rules_pages_done(&t->groups[i].pages);
        rules_spans_done(&t->groups[i].spans);
    }
}

/* ---- To the timelines ------------------------------------------------------------------------ */

static int64_t second_of(uint64_t note)
{
    return (int64_t)(note >> (GROUP_BITS + CLASS_BITS)) - SECOND_BIAS;
}

static uint32_t group_of(uint64_t note)
{
    return note >> CLASS_BITS & ((1u << GROUP_BITS) - 1);
}

static void give(struct rules_tape *t, struct tape_group *g, uint64_t note, uint64_t bytes)
{
    unsigned hundreds = note & ((1u << CLASS_BITS) - 1);
    const uint64_t amounts[RULE_COUNTERS] = {[COUNT_ENTRIES] = 1,
                                             [COUNT_BYTES] = bytes,
                                             [COUNT_ERRORS] = hundreds == 5,
                                             [COUNT_CLIENT_ERRORS] = hundreds == 4};
    if (!g->key_count)
        tape_key_at(t, g, 0, TEXT(""));
    struct tape_key *k = tape_key_to(g, 0, second_of(note));
    for (uint32_t i = 0; i < g->column_count; i++)
        k->amounts[i] += amounts[g->columns[i]];
}

static void give_block(struct rules_tape *t, const struct tape_block *b, bool all)
{
    for (uint32_t i = 0; i < b->count; i++) {
        uint64_t note = b->words[i], bytes = 0;
        uint32_t group = group_of(note);
        if (t->kinds[group] & TAPE_BYTES)
            bytes = b->words[++i];
        if (all || rules_spans_hold(&t->groups[group].spans, second_of(note)))
            give(t, &t->groups[group], note, bytes);
    }
}

static bool has_spans(const struct rules_tape *t)
{
    for (uint32_t i = 0; i < t->net->group_count; i++)
        if (t->groups[i].spans.count)
            return true;
    return false;
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
    close_block(t);
    for (size_t i = 0; i < t->block_count; i++)
        give_block(t, t->blocks[i], all);
}

static void forget(struct rules_tape *t)
{
    close_block(t);
    for (size_t i = 0; i < t->block_count; i++)
        free(t->blocks[i]);
    t->block_count = 0;
}

static void new_block(struct rules_tape *t)
{
    close_block(t);
    if (t->block_count == t->block_most) {
        give_all(t, true);
        forget(t);
    }
    t->blocks = mem_grow(t->blocks, t->block_count + 1, sizeof(struct tape_block *));
    struct tape_block *b = mem_grow(NULL, 1, sizeof *b);
    t->blocks[t->block_count++] = b;
    t->note = b->words;
    t->notes_end = b->words + WORDS_IN_BLOCK;
}

/* ---- Noting ---------------------------------------------------------------------------------- */

/* The page of that second, which becomes the one under way. */
static inline struct rules_page *page_at(struct rules_tape *t, uint32_t group, int64_t first)
{
    struct rules_page *now = &t->now[group];
    if (now->first != first) {
        rules_pages_add(&t->groups[group].pages, now);
        *now = (struct rules_page){.first = first};
    }
    return now;
}

void tape_notes(struct rules_tape *t, const uint32_t *groups, uint32_t count, const struct entry *e)
{
    if (!fits(e->second))
        return; /* no time that a server writes */
    unsigned hundreds = e->has & FIELD_BIT(FIELD_STATUS) ? e->status / 100u : 0;
    uint64_t bytes = rules_amount(COUNT_BYTES, e);
    int64_t first = e->second & ~(int64_t)(RULES_PAGE - 1);
    uint64_t second = (uint64_t)(e->second + SECOND_BIAS) << (GROUP_BITS + CLASS_BITS) | hundreds;
    const uint64_t amounts[COUNT_REJECTED] = {[COUNT_ENTRIES] = 1,
                                              [COUNT_BYTES] = bytes,
                                              [COUNT_ERRORS] = hundreds == 5,
                                              [COUNT_CLIENT_ERRORS] = hundreds == 4};
    if (t->notes_end - t->note < 2 * (ptrdiff_t)count)
        new_block(t);
    uint64_t *note = t->note;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t group = groups[i];
        struct rules_page *now = page_at(t, group, first);
        for (unsigned c = 0; c < COUNT_REJECTED; c++)
            now->sums[c] += amounts[c];
        *note++ = second | group << CLASS_BITS;
        *note = bytes; /* of no effect where the group counts none: the next one goes over it */
        note += t->kinds[group] >> 1;
    }
    t->note = note;
}

static void close_pages(struct rules_tape *t)
{
    for (uint32_t i = 0; i < t->net->group_count; i++) {
        rules_pages_add(&t->groups[i].pages, &t->now[i]);
        t->now[i] = (struct rules_page){.first = 0};
    }
}

void tape_notes_merge(struct rules_tape *into, struct rules_tape *from)
{
    close_pages(from);
    close_block(from);
    close_block(into);
    for (uint32_t i = 0; i < from->net->group_count; i++)
        for (size_t k = 0; k < from->groups[i].pages.count; k++)
            rules_pages_add(&into->groups[i].pages, &from->groups[i].pages.rows[k]);
    into->blocks = mem_grow(into->blocks, into->block_count + from->block_count + 1,
                            sizeof(struct tape_block *));
    for (size_t i = 0; i < from->block_count; i++)
        into->blocks[into->block_count++] = from->blocks[i];
    from->block_count = 0;
    into->block_most += from->block_most;
}

void tape_notes_settle(struct rules_tape *t)
{
    close_pages(t);
    for (uint32_t i = 0; i < t->net->group_count; i++) {
        struct tape_group *g = &t->groups[i];
        if (!(t->kinds[i] & TAPE_NOTED))
            continue;
        rules_spans_done(&g->spans);
        g->spans = rules_spans_of(t->rules, g->group, &g->pages);
    }
    if (has_spans(t))
        give_all(t, false);
    forget(t);
}
