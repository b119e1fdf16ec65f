#include "monitor/top_marks.h"

static void fill_absent(const struct top_stretch *s, enum field field, const struct top_marker *m,
                        uint16_t *out)
{
    for (uint32_t i = 0; !(s->all & FIELD_BIT(field)) && i < s->count; i++)
        out[i] = m->absent;
}

/* The same row may be that of other texts, whose first 4 KB are the same. */
static bool may_be_kept(const struct top_entry *e)
{
    return e->len < KEY_LIMIT;
}

static inline uint16_t mark_of(struct top *t, uint32_t row, const struct top_stretch *s,
                               enum field field, const struct top_marker *m, uint32_t entry)
{
    if (t->marks[row])
        return t->marks[row];
    uint16_t mark = m->mark(m->ctx, field, s->batch, s->batch->entries + s->first + entry);
    if (may_be_kept(&t->rows[row]))
        t->marks[row] = mark;
    return mark;
}

/* The same where each entry has a key. Returns whether all had a mark. */
static bool marks_of_all(const struct top *t, const struct top_cells *cells, uint16_t *out)
{
    const uint16_t *marks = t->marks;
    bool all = true;
    for (uint32_t i = 0; i < cells->count; i++) {
        out[i] = marks[cells->row[i]];
        all &= out[i] != 0;
    }
    return all;
}

void top_marks_of_cells(struct top *t, const struct top_cells *cells, const struct top_stretch *s,
                        enum field field, const struct top_marker *m, uint16_t *out)
{
    if (cells->count == s->count && marks_of_all(t, cells, out))
        return;
    fill_absent(s, field, m, out);
    for (uint32_t i = 0; i < cells->count; i++) {
        uint32_t entry = cells->cell[i].entry;
        out[entry] = mark_of(t, cells->row[i], s, field, m, entry);
    }
}

void top_marks_of_rows(struct top *t, const uint32_t *rows, const struct top_stretch *s,
                       enum field field, const struct top_marker *m, uint16_t *out)
{
    const struct entry *e = s->batch->entries + s->first;
    for (uint32_t i = 0; i < s->count; i++)
        out[i] = s->all & FIELD_BIT(field) || e[i].has & FIELD_BIT(field)
                     ? mark_of(t, rows[i], s, field, m, i)
                     : m->absent;
}

void top_marks_find(const struct top_stretch *s, enum field field, const struct top_marker *m,
                    uint16_t *out)
{
    const struct entry *e = s->batch->entries + s->first;
    for (uint32_t i = 0; i < s->count; i++)
        out[i] = e[i].has & FIELD_BIT(field) ? m->mark(m->ctx, field, s->batch, e + i) : m->absent;
}
