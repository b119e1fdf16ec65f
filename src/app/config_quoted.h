/* config_quoted.h - what a quoted scalar of YAML says. Private to config_yaml.c. Pure. Any thread.
 *
 * libfyaml 0.7.12 finds where a scalar begins and ends, and refuses bad escapes, but what it gives
 * for the text is not always what stands there: of '''' it makes three quotes, of an escaped
 * backslash before an escaped line end a space too many, and loses as many bytes at the end. */
#ifndef SPATE_APP_CONFIG_QUOTED_H
#define SPATE_APP_CONFIG_QUOTED_H

#include "base/buf.h"
#include "base/text.h"

/* Appends what `raw`, all between the quotes, stands for. */
void quoted_read_single(struct text raw, struct buf *out);
void quoted_read_double(struct text raw, struct buf *out);

#endif
