/* kinds.c - the kinds of format: a new one is its own file and a row here. */
#include "parse/reader.h"

static const struct reader *const kinds[] = {
    &reader_regex,
    &reader_json,
    &reader_columns,
    &reader_w3c,
    &reader_labels,
    &reader_logfmt,
};

const struct reader *reader_for(struct text spec, struct text *rest)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct text prefix = text_of(kinds[i]->prefix);
        bool takes_rest = text_ends(prefix, TEXT(":"));
        if (takes_rest ? !text_starts(spec, prefix) : !text_same(spec, prefix))
            continue;
        *rest = text_cut(spec, prefix.len, spec.len);
        return kinds[i];
    }
    return NULL;
}
