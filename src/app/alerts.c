/* alerts.c - `spate alerts`: the history of alerts, also while another process goes on with it, and
 * `spate alerts ack ID`. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/alerts_print.h"
#include "app/commands.h"
#include "app/output.h"
#include "app/signals.h"
#include "app/state.h"
#include "base/clock.h"
#include "base/note.h"
#include "base/safe.h"
#include "base/time.h"
#include "store/store.h"

enum { FROM_S = 7 * 86400, LOOK_EVERY_MS = 500 };

/* What is printed, and how far it has come. */
struct printing {
    enum output form;
    struct buf out;
    int64_t from;
    int64_t change; /* the newest that was printed */
    unsigned left_out; /* of another version, or damaged: nothing can be said of them */
};

static bool print_row(void *ctx, const struct store_alert_row *row)
{
    struct printing *p = ctx;
    struct notify_event fired, recovered;
    struct alert_row shown = {.id = row->id, .acknowledged = row->acknowledged};
    if (row->change > p->change)
        p->change = row->change;
    if (notify_event_unpack(row->fired, &fired))
        shown.fired = &fired;
    if (notify_event_unpack(row->recovered, &recovered))
        shown.recovered = &recovered;
    if (shown.fired || shown.recovered)
        alerts_print(&p->out, p->form, &shown);
    else
        p->left_out++;
    return true;
}

static bool print_new(struct store *store, struct printing *p, int stop_fd)
{
    enum db_result result = store_alerts(store, p->change, p->from, print_row, p);
    if (result != DB_DONE && result != DB_BUSY) {
        note("cannot read the state: %s", store_why(store));
        return false;
    }
    if (p->left_out)
        note("alerts that another version of spate wrote, or that are damaged, are left out: %u", p->left_out);
    p->left_out = 0;
    return output_write(&p->out, stop_fd);
}

/* Until Ctrl-C. */
static bool follow(struct store *store, struct printing *p)
{
    struct pollfd stop = {.fd = signals_open(), .events = POLLIN};
    bool good = true;
    while (good && poll(&stop, 1, LOOK_EVERY_MS) == 0)
        good = print_new(store, p, stop.fd);
    close(stop.fd);
    return good;
}

static bool find_from(const struct settings *s, int64_t *from)
{
    int64_t ns;
    *from = time(NULL) - FROM_S;
    if (!s->from)
        return true;
    if (!strcmp(s->from, "start"))
        *from = INT64_MIN;
    else if (duration_parse(text_of(s->from), &ns))
        *from = time(NULL) - ns / NS_PER_S;
    else if (!time_parse(text_of(s->from), from, NULL))
        return false;
    return true;
}

/* ---- Acknowledging --------------------------------------------------------------------------- */

static int acknowledge(const struct settings *s, struct store *store)
{
    int code = EXIT_DONE;
    for (size_t i = 1; i < s->path_count; i++) {
        uint64_t id = 0;
        bool known = false;
        text_to_u64(text_of(s->paths[i]), &id); /* check_words() has seen that it is one */
        if (store_acknowledge(store, (int64_t)id, time(NULL), &known) != DB_DONE) {
            note("cannot write to the state: %s", store_why(store));
            return EXIT_FAILED;
        }
        if (!known) {
            note("the state knows no alert %s", s->paths[i]);
            code = EXIT_FAILED;
        }
    }
    return code;
}

/* `ack` and at least one number, or nothing. */
static bool check_words(const struct settings *s)
{
    if (!s->path_count)
        return true;
    if (strcmp(s->paths[0], "ack"))
        note("alerts reads a state (--state DIR), no FILE `%s'", safe_str(text_of(s->paths[0])));
    else if (s->path_count == 1)
        note("alerts ack needs the numbers of alerts, as `spate alerts` prints them");
    for (size_t i = 1; i < s->path_count; i++) {
        uint64_t id;
        if (!text_to_u64(text_of(s->paths[i]), &id) || id > INT64_MAX) {
            note("alerts ack: `%s' is no number of an alert", safe_str(text_of(s->paths[i])));
            return false;
        }
    }
    return !strcmp(s->paths[0], "ack") && s->path_count > 1;
}

static struct store *open_state(const struct settings *s)
{
    bool linked;
    struct error why = {0};
    char *dir = state_directory(s->state, &linked, &why);
    struct store *store = NULL;
    if (dir) {
        struct store_options o = state_store_options(dir, linked);
        store = s->path_count ? store_join(&o, &why) : store_look(&o, &why);
    }
    if (!store)
        note("%s", why.text);
    free(dir);
    return store;
}

int command_alerts(const struct settings *s)
{
    struct printing p = {.form = s->output};
    if (!check_words(s))
        return EXIT_USAGE;
    if (!find_from(s, &p.from)) {
        note("--from: bad value `%s'; accepted by alerts: start, a duration such as 7d, or a time",
             safe_str(text_of(s->from)));
        return EXIT_USAGE;
    }
    struct store *store = open_state(s);
    if (!store)
        return EXIT_FAILED;
    int code;
    if (s->path_count) {
        code = acknowledge(s, store);
    } else {
        alerts_print_head(&p.out, p.form);
        bool good = print_new(store, &p, -1) && (!s->follow || follow(store, &p));
        code = good ? EXIT_DONE : EXIT_FAILED;
    }
    buf_done(&p.out);
    store_close(store);
    return code;
}
