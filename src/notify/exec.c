/* exec.c - a program of this machine, which reads the JSON of webhooks on its standard input. Its
 * arguments are those of the configuration: nothing of a log is ever among them. */
#include "notify/child.h"

static bool begin(const struct message *m, uint64_t tries, struct works *w, size_t number,
                  struct try_end *end)
{
    struct buf input = {0};
    (void)tries;
    message_json(&input, m);
    buf_byte(&input, '\n');
    bool started = children_start(w->children, number, m->spec->command, buf_text(&input),
                                  m->spec->timeout_ns, end);
    buf_done(&input);
    return started;
}

const struct channel_kind channel_exec = {.begin = begin};
