#include "notify/line.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct parcel *parcel_new(struct text packed)
{
    struct parcel *p = mem_new(1, sizeof *p + packed.len);
    p->holders = 1;
    p->len = packed.len;
    memcpy(p->bytes, packed.at, packed.len);
    return p;
}

struct parcel *parcel_hold(struct parcel *p)
{
    p->holders++;
    return p;
}

void parcel_drop(struct parcel *p)
{
    if (p && --p->holders == 0)
        free(p);
}

void line_done(struct line *l)
{
    for (size_t i = 0; i < l->count; i++)
        parcel_drop(line_at(l, i)->parcel);
    free(l->all);
    *l = (struct line){0};
}

void line_add(struct line *l, const struct waiting *w)
{
    if (l->first + l->count == l->room) {
        if (l->count)
            memmove(l->all, l->all + l->first, l->count * sizeof *l->all);
        l->first = 0;
        if (l->count * 2 >= l->room) {
            l->room = l->room ? 2 * l->room : 16;
            l->all = mem_grow(l->all, l->room, sizeof *l->all);
        }
    }
    l->all[l->first + l->count++] = *w;
}

void line_remove(struct line *l, size_t index)
{
    parcel_drop(line_at(l, index)->parcel);
    if (index == 0)
        l->first++;
    else
        memmove(line_at(l, index), line_at(l, index + 1), (l->count - index - 1) * sizeof *l->all);
    l->count--;
}
