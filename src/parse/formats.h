/* formats.h - the formats of one run, as parsers see them. Private to src/parse. */
#ifndef SPATE_PARSE_FORMATS_H
#define SPATE_PARSE_FORMATS_H

#include "parse/parser.h"
#include <stdbool.h>
#include <stddef.h>

struct formats {
    const struct format *
        *list; /* owned; with auto all that detection may choose, best rank first */
    size_t count;
    bool automatic;
};

#endif
