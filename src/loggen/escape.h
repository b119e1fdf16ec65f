/* escape.h - how servers write foreign bytes into their logs.
 *
 * Each function appends the escaped form of `raw` at `to`, which has room for
 * ESCAPE_GROWTH * raw.len bytes, and returns the new end. Pure; thread: any. */
#ifndef SPATE_LOGGEN_ESCAPE_H
#define SPATE_LOGGEN_ESCAPE_H

#include "base/text.h"

#define ESCAPE_GROWTH 6

typedef char *escape_fn(char *to, struct text raw);

/* mod_log_config: \" \\ \b \n \r \t \v, other bytes below 0x20 or from 0x7f on \xhh. */
escape_fn escape_apache;

/* nginx, escape=default: ", \, bytes below 0x20 or from 0x7f on as \xHH. */
escape_fn escape_nginx;

/* Caddy's JSON encoder: \" \\ \b \f \n \r \t, other bytes below 0x20 \u00hh, each byte that is
 * not part of valid UTF-8 \ufffd, the rest raw. */
escape_fn escape_json;

#endif
