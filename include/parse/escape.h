/* escape.h - how servers escape the values that they log, and the way back.
 *
 *   APACHE     \" \\ \b \n \r \t \v \xhh  (mod_log_config, ap_escape_logitem)
 *   NGINX      \xHH                       (escape=default; also accepts Apache's, which nginx never writes)
 *   JSON       JSON string escapes, \uXXXX with surrogate pairs
 *   NONE       raw
 * Pure; thread: any. */
#ifndef SPATE_PARSE_ESCAPE_H
#define SPATE_PARSE_ESCAPE_H

#include "base/buf.h"
#include "base/text.h"

enum escape { ESCAPE_APACHE, ESCAPE_NGINX, ESCAPE_JSON, ESCAPE_NONE };

/* Appends the text as it was before the server escaped it. A broken escape stays as it is. */
void unescape_add(struct buf *out, struct text escaped, enum escape how);

#endif
