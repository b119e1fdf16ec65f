/* fyaml_late.h - libfyaml, loaded when there is a configuration to read.
 *
 * Constant once it is loaded; thread: any. */
#ifndef SPATE_APP_FYAML_LATE_H
#define SPATE_APP_FYAML_LATE_H

#include "base/error.h"
#include <libfyaml.h>

#define FYAML_CALLS(ROW)                                                                           \
    ROW(diag_cfg_default)                                                                          \
    ROW(diag_create)                                                                               \
    ROW(diag_destroy)                                                                              \
    ROW(diag_set_collect_errors)                                                                   \
    ROW(diag_errors_iterate)                                                                       \
    ROW(parser_create)                                                                             \
    ROW(parser_destroy)                                                                            \
    ROW(parser_set_string)                                                                         \
    ROW(parser_parse)                                                                              \
    ROW(parser_event_free)                                                                         \
    ROW(parser_get_stream_error)                                                                   \
    ROW(event_start_mark)                                                                          \
    ROW(event_end_mark)                                                                            \
    ROW(event_get_anchor_token)                                                                    \
    ROW(event_get_tag_token)                                                                       \
    ROW(token_scalar_style)                                                                        \
    ROW(token_get_text)

/* fyaml.parser_create is fy_parser_create(), and so on. */
struct fyaml_calls {
#define FYAML_CALL(name) __typeof__(fy_##name) *name;
    FYAML_CALLS(FYAML_CALL)
#undef FYAML_CALL
};

/* Only after fyaml_late() was true. */
extern struct fyaml_calls fyaml;

/* Loads it unless that was done. False with *why when it is not to be had. */
bool fyaml_late(struct error *why);

#endif
