/* watch.c - `spate watch`: the live run, on a console or headless. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/config.h"
#include "app/output.h"
#include "app/pipeline.h"
#include "app/privileges.h"
#include "app/service.h"
#include "app/signals.h"
#include "app/state.h"
#include "base/mem.h"
#include "base/note.h"
#include "render/events.h"

/* Prints one event. False once stdout cannot be written. */
static bool print_event(const struct settings *s, const struct board_event *e, struct buf *out, int stop_fd)
{
    if (e->kind == BOARD_NOTICE && e->snapshot->notice[0])
        note("%s", e->snapshot->notice);
    if (s->output == OUTPUT_JSON)
        events_json(out, e);
    else
        events_text(out, e);
    return output_write(out, stop_fd);
}

/* Takes what is on the board. False when the run is over; *code is then the exit code. */
static bool print_events(const struct settings *s, struct board *board, struct buf *out, int stop_fd,
                         int *code)
{
    struct board_event e;
    while (board_take(board, &e)) {
        bool written = print_event(s, &e, out, stop_fd);
        bool end = e.kind == BOARD_END;
        snapshot_drop(e.snapshot);
        if (!written)
            *code = EXIT_FAILED;
        if (end || !written)
            return false;
    }
    return true;
}

static bool has_terminal(void)
{
    int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* A signal came. True: it ends the run. A hangup means: read the configuration again, unless there is none
 * and it is the terminal that is gone. */
static bool is_end(const struct settings *s, struct pipeline *p, int stop_fd)
{
    int signal = signals_take(stop_fd);
    if (signal != SIGHUP || (!s->config->path && has_terminal()))
        return signal != 0;
    pipeline_reload(p, s);
    return false;
}

static int run_headless(const struct settings *s, struct pipeline *p, int stop_fd)
{
    struct buf out = {0};
    struct board *board = pipeline_board(p);
    int code = EXIT_DONE;
    struct pollfd fds[] = {{.fd = board_fd(board), .events = POLLIN}, {.fd = stop_fd, .events = POLLIN}};
    while (print_events(s, board, &out, stop_fd, &code)) {
        poll(fds, 2, -1);
        if (fds[1].revents && is_end(s, p, stop_fd))
            pipeline_stop(p);
    }
    buf_done(&out);
    return code;
}

struct console_run {
    const struct settings *settings;
    struct pipeline *pipeline;
    int stop_fd;
};

static void set_update(void *ctx, int64_t update_ns)
{
    const struct console_run *r = ctx;
    pipeline_set_update(r->pipeline, update_ns);
}

static void set_sort(void *ctx, enum view_sort sort)
{
    const struct console_run *r = ctx;
    pipeline_set_order(r->pipeline, view_order(sort));
}

static void acknowledge(void *ctx, uint64_t alert)
{
    const struct console_run *r = ctx;
    pipeline_acknowledge(r->pipeline, alert);
}

static bool stopped(void *ctx)
{
    const struct console_run *r = ctx;
    return is_end(r->settings, r->pipeline, r->stop_fd);
}

static int run_console(const struct settings *s, struct pipeline *p, int stop_fd)
{
    struct console_run run = {s, p, stop_fd};
    struct console_options o = {.colour = s->colour,
                                .ascii = s->ascii,
                                .update_ns = s->update_ns,
                                .stop_fd = stop_fd,
                                .stopped = stopped,
                                .set_update = set_update,
                                .set_sort = set_sort,
                                .acknowledge = acknowledge,
                                .ctx = &run};
    struct error why = {0};
    note_hold();
    bool drawn = console_run(pipeline_board(p), &o, &why);
    note_release();
    if (!drawn)
        note("%s", why.text);
    return drawn ? EXIT_DONE : EXIT_FAILED;
}

/* What the run reads and writes by name, also later: logs, the secrets and authorities of channels, the
 * state. */
static bool drop_privileges(const struct settings *s, struct error *told, struct error *why)
{
    static const char *const standard = "/var/log/access.log";
    const struct config *c = s->config;
    size_t channels = c ? c->channel_count : 0, count = 0;
    const char **paths = mem_new(s->path_count + 3 * channels + 1, sizeof *paths);
    struct privileges_need need = {.paths = paths};
    char *state = NULL;
    for (size_t i = 0; i < s->path_count; i++)
        paths[count++] = s->paths[i];
    if (!count)
        paths[count++] = standard;
    for (size_t i = 0; i < channels; i++) {
        const struct notify_spec *n = &c->channels[i];
        if (n->secret.file)
            paths[count++] = n->secret.file;
        if (n->url_secret.file)
            paths[count++] = n->url_secret.file;
        if (n->ca_file)
            paths[count++] = n->ca_file;
    }
    if (s->state)
        state = state_directory(s->state, &need.state_linked, why);
    need.count = count;
    need.state = state;
    bool dropped = (state || !s->state) && privileges_drop(s->user, &need, told, why);
    free(state);
    free(paths);
    return dropped;
}

/* Every log is an open file, and what a shell gives at first is for programs of another kind. */
static void want_descriptors(void)
{
    enum { ENOUGH = 65536 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= ENOUGH)
        return;
    limit.rlim_cur = limit.rlim_max < ENOUGH ? limit.rlim_max : ENOUGH;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int command_watch(const struct settings *s)
{
    want_descriptors();
    struct error why = {0}, told = {0};
    bool headless = s->headless || s->output_given || !isatty(STDOUT_FILENO);
    int stop_fd = signals_open();
    struct pipeline *p = drop_privileges(s, &told, &why) ? pipeline_start(s, headless, &why) : NULL;
    if (!p) {
        note("%s", why.text);
        return why.usage ? EXIT_USAGE : EXIT_FAILED;
    }
    if (told.text[0])
        note("%s", told.text);
    int code = headless ? run_headless(s, p, stop_fd) : run_console(s, p, stop_fd);
    service_tell(SERVICE_STOPPING);
    pipeline_free(p);
    close(stop_fd);
    return code;
}
