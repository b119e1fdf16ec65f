/* formats.c - `spate formats`: the named formats, with a sample line each. */
#include "app/commands.h"
#include "app/output.h"
#include "base/safe.h"
#include "parse/presets.h"

int command_formats(const struct settings *s)
{
    (void)s;
    struct buf out = {0};
    for (size_t i = 0; i < preset_count; i++) {
        const struct preset *p = &presets[i];
        buf_printf(&out, "%s%s - %s\n  ", i ? "\n" : "", p->name, p->about);
        safe_add(&out, text_of(p->sample));
        buf_byte(&out, '\n');
    }
    buf_str(&out, "\nBesides these: an Apache LogFormat string, an nginx log_format string,\n"
                  "regex:PCRE2 with named groups, json:, ltsv: or logfmt:FIELD=KEY,... and auto.\n");
    bool written = output_write(&out, -1);
    buf_done(&out);
    return written ? EXIT_DONE : EXIT_FAILED;
}
