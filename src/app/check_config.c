/* check_config.c - `spate check-config`: what the configuration makes run. What is wrong with one
 * has been said before a command runs: exit 2, and 1 where it cannot be read. */
#include "app/commands.h"
#include "app/config.h"
#include "app/output.h"
#include "app/privileges.h"
#include "base/note.h"
#include "parse/parser.h"

/* What is right as it stands there, but not on this machine. */
static bool fits_here(const struct settings *s, struct error *why)
{
    struct formats *formats = formats_new(s->formats, s->format_count, why);
    formats_free(formats);
    return formats && privileges_know(s->user, why);
}

int command_check_config(const struct settings *s)
{
    struct buf out = {0};
    struct error why = {0};
    if (!fits_here(s, &why)) {
        note("%s", why.text);
        return EXIT_USAGE;
    }
    config_show(&out, s->config, s);
    bool written = output_write(&out, -1);
    buf_done(&out);
    return written ? EXIT_DONE : EXIT_FAILED;
}
