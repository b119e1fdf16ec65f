/* What else a refused line may be. */
#include "parse/parser_state.h"

#include <string.h>

/* As if the line were these bytes; where that is none either, it stays what it was. */
static bool reads_as(struct parser *p, struct reading *r, struct span other)
{
    struct span line = r->line;
    struct reject *why = r->why;
    r->line = other;
    r->why = NULL; /* that of the line itself says more */
    bool hit = other.len > 0 && parser_read_line(p, r) == LINE_HIT;
    r->why = why;
    if (!hit)
        r->line = line;
    return hit;
}

/* The beginning of one line and, behind zeros that a crash put there, all of another. Only where it
 * cannot be read as a whole: a zero may well be a byte of a value, and nobody is to forge a line.
 */
static bool reads_behind_zeros(struct parser *p, struct reading *r)
{
    struct text line = reading_line(r);
    const char *zero = memrchr(line.at, '\0', line.len);
    if (!zero)
        return false;
    uint32_t from = (uint32_t)(zero + 1 - r->batch->bytes);
    return reads_as(p, r, (struct span){from, r->line.at + r->line.len - from});
}

/* What looked like Compose's `name | ` was the beginning of the line itself. */
static bool reads_unopened(struct parser *p, struct reading *r, uint32_t at)
{
    const char *bytes = r->batch->bytes;
    struct span inner = r->line;
    if (inner.at < at + 3 || bytes[at] == '{' || bytes[inner.at - 2] != '|')
        return false;
    return reads_as(p, r, (struct span){at, inner.at + inner.len - at});
}

enum verdict parser_read_other(struct parser *p, struct reading *r, uint32_t at)
{
    return reads_behind_zeros(p, r) || reads_unopened(p, r, at) ? LINE_HIT : LINE_REJECTED;
}
