/* presets.h - the formats that have a name: one row each. Constant; thread: any. */
#ifndef SPATE_PARSE_PRESETS_H
#define SPATE_PARSE_PRESETS_H

#include <stddef.h>
#include "base/text.h"

struct preset {
    const char *name;
    const char *spec;   /* what format_new() takes: a LogFormat, a log_format, json:... or a reader's name */
    const char *sample; /* a line that it reads, for `spate formats` and the tests */
    const char *about;  /* a few words for people */
    int detect;         /* auto tries rows with a higher number first at equal fit; 0: never by itself */
};

extern const struct preset presets[];
extern const size_t preset_count;

const struct preset *preset_named(struct text name); /* NULL when there is none */

#endif
