#include "parse/filter.h"

#include <stdlib.h>

#include "base/mem.h"
#include "parse/filter_program.h"

/* ---- Putting the tests in order ---------------------------------------------------------------
 */

/* Written from the last test back to the first, so that the next ones are always known. */
struct writer {
    const struct filter_tree *tree;
    struct filter *filter;
    uint32_t next; /* the place behind the one to be written */
};

/* Puts a part of the tree before what is written; returns where it begins. */
static uint32_t write_node(struct writer *w, uint32_t node, uint32_t yes, uint32_t no)
{
    const struct filter_node *n = &w->tree->nodes[node];
    while (n->kind == FILTER_AND || n->kind == FILTER_OR) { /* a chain hangs to the left */
        uint32_t right = write_node(w, n->right, yes, no);
        if (n->kind == FILTER_AND)
            yes = right;
        else
            no = right;
        n = &w->tree->nodes[n->left];
    }
    if (n->kind == FILTER_NOT)
        return write_node(w, n->left, no, yes);
    struct filter_test *t = &w->filter->tests[--w->next];
    *t = w->tree->tests[n->test];
    t->yes = (uint16_t)yes;
    t->no = (uint16_t)no;
    w->filter->fields |= FIELD_BIT(t->field);
    return w->next;
}

/* ---- What all matches have in common ----------------------------------------------------------
 */

static void need(struct filter *f, const struct filter_test *t)
{
    if (t->kind != FILTER_SAME || t->negated || t->field >= f->needs)
        return;
    f->needs = t->field;
    f->needed = text_make(f->values.at + t->value_at, t->value_len);
}

/* The comparisons joined by nothing but `and` at the top. */
static void find_needs(struct filter *f, const struct filter_tree *tree)
{
    const struct filter_node *n = &tree->nodes[tree->root];
    f->needs = FIELD_COUNT;
    for (; n->kind == FILTER_AND; n = &tree->nodes[n->left]) {
        const struct filter_node *right = &tree->nodes[n->right];
        if (right->kind == FILTER_TEST)
            need(f, &tree->tests[right->test]);
    }
    if (n->kind == FILTER_TEST)
        need(f, &tree->tests[n->test]);
}

struct filter *filter_new(struct text expression, struct error *why)
{
    struct filter_tree tree;
    struct filter *f = NULL;
    if (filter_tree_read(&tree, expression, why)) {
        f = mem_new(1, sizeof *f);
        f->count = tree.test_count;
        f->tests = mem_new(f->count, sizeof *f->tests);
        f->values = tree.values;
        tree.values = (struct buf){0};
        buf_room(&f->values, 1); /* an address also when all values are empty */
        struct writer w = {&tree, f, f->count};
        write_node(&w, tree.root, f->count + 1, f->count);
        for (uint32_t i = 0; i < f->count; i++)
            if (f->tests[i].kind == FILTER_PATTERN)
                filter_literal(f, &f->tests[i]);
        find_needs(f, &tree); /* points into the values, which stay where they are from now on */
        tree.test_count = 0; /* the patterns are the filter's now */
    } else if (why) {
        why->usage = true;
    }
    filter_tree_done(&tree);
    return f;
}

void filter_free(struct filter *f)
{
    if (!f)
        return;
    for (uint32_t i = 0; i < f->count; i++)
        if (f->tests[i].kind == FILTER_PATTERN)
            pattern_match_free(f->tests[i].pattern);
    free(f->tests);
    buf_done(&f->values);
    free(f);
}

field_set filter_fields(const struct filter *f)
{
    return f->fields;
}

bool filter_needs(const struct filter *f, enum field *field, struct text *value)
{
    if (f->needs == FIELD_COUNT)
        return false;
    *field = f->needs;
    *value = f->needed;
    return true;
}

bool filter_needs_only(const struct filter *f)
{
    return f->needs != FIELD_COUNT && f->count == 1;
}

/* ---- Asking -----------------------------------------------------------------------------------
 */

/* Most texts differ in length or in their first 8 bytes, which are one load: the bytes behind
 * a short text are there (a batch has slack), and masked out. */
static bool same(const struct filter *f, const struct filter_test *t, struct text text)
{
    uint64_t head;
    if (text.len != t->value_len)
        return false;
    memcpy(&head, text.at, sizeof head);
    if ((head ^ t->head) & t->mask)
        return false;
    return text.len <= sizeof head ||
           !memcmp(text.at + sizeof head, f->values.at + t->value_at + sizeof head,
                   text.len - sizeof head);
}

static int order(const struct filter *f, const struct filter_test *t, struct text text)
{
    size_t shorter = text.len < t->value_len ? text.len : t->value_len;
    int found = shorter ? memcmp(text.at, f->values.at + t->value_at, shorter) : 0;
    if (found)
        return found;
    return text.len < t->value_len ? -1 : text.len > t->value_len;
}

static bool in_range(const struct filter_test *t, uint64_t number)
{
    return number >= t->low && number <= t->high;
}

static inline bool holds(const struct filter *f, const struct filter_test *t, const struct batch *b,
                         const struct entry *e)
{
    enum field field = t->field;
    if (!(e->has & FIELD_BIT(field)))
        return false;
    bool is = false;
    switch ((enum filter_kind)t->kind) {
    case FILTER_SAME: is = same(f, t, batch_text(b, e, field)); break;
    case FILTER_LESS: is = order(f, t, batch_text(b, e, field)) < 0; break;
    case FILTER_UP_TO: is = order(f, t, batch_text(b, e, field)) <= 0; break;
    case FILTER_PATTERN: is = pattern_match_in(t->pattern, batch_text(b, e, field)); break;
    case FILTER_NUMBER: is = in_range(t, entry_number(e, field)); break;
    case FILTER_STATUS: is = in_range(t, e->status); break;
    case FILTER_TIME: is = in_range(t, filter_time_key(e->second)); break;
    }
    return is != t->negated;
}

bool filter_matches(const struct filter *f, const struct batch *b, const struct entry *e)
{
    uint32_t at = 0, end = f->count;
    while (at < end) {
        const struct filter_test *t = &f->tests[at];
        at = holds(f, t, b, e) ? t->yes : t->no;
    }
    return at > end;
}

/* ---- One comparison at a time ----------------------------------------------------------------- */

uint32_t filter_comparisons(const struct filter *f)
{
    return f->count;
}

bool filter_holds(const struct filter *f, uint32_t number, const struct batch *b, const struct entry *e)
{
    return holds(f, &f->tests[number], b, e);
}

bool filter_decide(const struct filter *f, const uint8_t *held, const uint32_t *places)
{
    uint32_t at = 0, end = f->count;
    while (at < end)
        at = held[places[at]] ? f->tests[at].yes : f->tests[at].no;
    return at > end;
}
