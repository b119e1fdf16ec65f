/* spec.h - what the user wrote for a format: as it stands in a server's configuration,
 * with its directive and quotes, or bare. Private to src/parse. */
#ifndef SPATE_PARSE_SPEC_H
#define SPATE_PARSE_SPEC_H

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "parse/escape.h"
#include <stdbool.h>

enum spec_kind { SPEC_APACHE, SPEC_NGINX };

struct spec {
    enum spec_kind kind;
    enum escape escape; /* of an nginx log_format */
    struct buf format;  /* without its quotes, pieces joined; owned */
};

/* `LogFormat "..." name`, `log_format name escape=json '...' '...';`, one or more quoted pieces, or
 * the bare string. False with *why when it is none of them or a quote is not closed. */
bool spec_unwrap(struct text given, struct spec *out, struct error *why);

#endif
