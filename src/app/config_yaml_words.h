/* config_yaml_words.h - what libfyaml finds wrong, in the words of whoever wrote the file, and what
 * would be right instead.
 *
 * Constant. Thread: any. */
#ifndef SPATE_APP_CONFIG_YAML_WORDS_H
#define SPATE_APP_CONFIG_YAML_WORDS_H

#include <stdbool.h>

struct yaml_words {
    const char *says; /* its own words where there are none of ours */
    bool unclosed;    /* it is about a bracket that was opened before, if it stands at the end */
    bool quote;       /* it is about the quote that begins there */
};

struct yaml_words yaml_words(const char *found);

#endif
