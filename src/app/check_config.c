/* check_config.c - `spate check-config`: what the configuration makes run. What is wrong with one
 * has been said before a command runs: exit 2, and 1 where it cannot be read. */
#include "app/commands.h"
#include "app/config.h"
#include "app/output.h"

int command_check_config(const struct settings *s)
{
    struct buf out = {0};
    config_show(&out, s->config, s);
    bool written = output_write(&out, -1);
    buf_done(&out);
    return written ? EXIT_DONE : EXIT_FAILED;
}
