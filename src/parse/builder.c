/* builder.c - collects the literals and values of a format in the order in which they stand. */
#include <stdlib.h>
#include <string.h>

#include "parse/steps.h"

void builder_init(struct builder *b)
{
    buf_init(&b->text);
    buf_room(&b->text, 1); /* an address even for no literal at all */
    b->count = 0;
    b->literal_from = 0;
}

void builder_done(struct builder *b)
{
    for (unsigned i = 0; i < b->count; i++)
        free(b->values[i].pattern);
    b->count = 0;
    buf_done(&b->text);
}

void builder_literal(struct builder *b, char byte)
{
    buf_byte(&b->text, byte);
}

void builder_escaped(struct builder *b, struct text format, size_t *at, const char *known,
                     const char *means)
{
    char byte = format.at[(*at)++];
    if (byte == '\\' && *at < format.len) {
        const char *found = format.at[*at] ? strchr(known, format.at[*at]) : NULL;
        if (found) {
            byte = means[found - known];
            ++*at;
        }
    }
    builder_literal(b, byte);
}

bool builder_value(struct builder *b, struct directive means, struct stamp_pattern *pattern)
{
    if (b->count == STEP_LIMIT) {
        free(pattern);
        return false;
    }
    b->values[b->count].means = means;
    b->values[b->count].literal_from = b->literal_from;
    b->values[b->count].literal_to = b->text.len;
    b->values[b->count].pattern = pattern;
    b->count++;
    b->literal_from = b->text.len;
    return true;
}

bool builder_touches(const struct builder *b)
{
    return b->count > 0 && b->text.len == b->literal_from;
}
