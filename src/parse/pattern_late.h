/* pattern_late.h - PCRE2, loaded when the first pattern is compiled.
 *
 * Constant once it is loaded; thread: any. */
#ifndef SPATE_PARSE_PATTERN_LATE_H
#define SPATE_PARSE_PATTERN_LATE_H

#include "base/error.h"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define PCRE2_CALLS(ROW)                                                                           \
    ROW(compile)                                                                                   \
    ROW(code_free)                                                                                 \
    ROW(jit_compile)                                                                               \
    ROW(get_error_message)                                                                         \
    ROW(pattern_info)                                                                              \
    ROW(match)                                                                                     \
    ROW(jit_match)                                                                                 \
    ROW(match_data_create)                                                                         \
    ROW(match_data_create_from_pattern)                                                            \
    ROW(match_data_free)                                                                           \
    ROW(get_ovector_pointer)                                                                       \
    ROW(get_ovector_count)                                                                         \
    ROW(match_context_create)                                                                      \
    ROW(match_context_free)                                                                        \
    ROW(set_match_limit)                                                                           \
    ROW(set_depth_limit)                                                                           \
    ROW(set_heap_limit)                                                                            \
    ROW(jit_stack_create)                                                                          \
    ROW(jit_stack_assign)                                                                          \
    ROW(jit_stack_free)

/* pcre2.compile is pcre2_compile(), and so on. */
struct pcre2_calls {
#define PCRE2_CALL(name) __typeof__(pcre2_##name##_8) *name;
    PCRE2_CALLS(PCRE2_CALL)
#undef PCRE2_CALL
};

/* Only after pcre2_late() was true. */
extern struct pcre2_calls pcre2;

/* Loads it unless that was done. False with *why when it is not to be had. */
bool pcre2_late(struct error *why);

#endif
