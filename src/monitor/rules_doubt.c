#include "monitor/rules_doubt.h"

#include <string.h>

void rules_doubt_done(struct rules_doubt *d)
{
    for (unsigned i = 0; i < LOGCLOCK_AGREE; i++)
        buf_done(&d->bytes[i]);
}

void rules_doubt_keep(struct rules_doubt *d, unsigned place, const struct batch *b,
                      const struct entry *e)
{
    struct entry *kept = &d->entries[place];
    struct buf *bytes = &d->bytes[place];
    *kept = *e;
    buf_clear(bytes);
    for (unsigned f = 0; f < FIELD_TEXTS; f++) {
        if (!(e->has & FIELD_BIT(f)))
            continue;
        kept->text[f] = (struct span){(uint32_t)bytes->len, e->text[f].len};
        buf_add(bytes, batch_text(b, e, f));
    }
    buf_fill(bytes, 0, BATCH_SLACK);
}

struct batch rules_doubt_batch(const struct rules_doubt *d, unsigned place)
{
    const struct buf *bytes = &d->bytes[place];
    return (struct batch){.kind = BATCH_LINES,
                          .bytes = bytes->at,
                          .used = (uint32_t)(bytes->len - BATCH_SLACK)};
}
