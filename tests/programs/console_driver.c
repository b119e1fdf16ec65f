/* console_driver.c - the console over figures made by hand, for tests in a terminal emulator and
 * for looking at it.
 *
 *   console_driver KIND[,KIND...] [--ascii] [--colour always|never] [--update-to FILE]
 *                  [--beat MS] [--crash N] [--fatal] [--end]
 *
 * Posts a snapshot of the first kind, of the next one at each beat, then stays at the last. Signals
 * end it like the real program. --update-to writes the interval that the user asks for. --crash
 * dies of signal N from another thread at the last beat, --fatal with last words; --end ends the board
 * there. */
#include "base/clock.h"
#include "base/note.h"
#include "lib/hand_made.h"
#include "render/console.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct driver {
    const char *kinds;
    const char *update_file;
    unsigned beat_ms;
    int crash;
    bool fatal;
    bool end;
    struct board *board;
    int stop[2]; /* a signal came */
    int over[2]; /* the console has ended: so shall the poster */
};

static int stop_writer = -1;

static void on_stop(int number)
{
    (void)number;
    ssize_t done = write(stop_writer, "", 1);
    (void)done;
}

static void *post(void *context)
{
    struct driver *d = context;
    char *kinds = strdup(d->kinds), *rest = kinds;
    enum hand_made kind = HAND_MADE_BUSY;
    for (unsigned beat = 0;; beat++) {
        const char *next = strsep(&rest, ",");
        if (next)
            kind = hand_made_named(next);
        bool last = next && !rest;
        board_post(d->board, last && d->end ? BOARD_END : BOARD_LIVE, hand_made_new(kind, beat),
                   NULL);
        struct pollfd over = {.fd = d->over[0], .events = POLLIN};
        if (poll(&over, 1, (int)d->beat_ms) > 0)
            break;
        if (last && d->crash)
            raise(d->crash);
        if (last && d->fatal) {
            note("said while the screen was held");
            note_fatal("the last words");
        }
        if (last && d->end)
            break;
    }
    free(kinds);
    return NULL;
}

static void write_update(void *context, int64_t update_ns)
{
    const struct driver *d = context;
    FILE *file = d->update_file ? fopen(d->update_file, "w") : NULL;
    if (!file)
        return;
    fprintf(file, "%lld\n", (long long)(update_ns / NS_PER_S));
    fclose(file);
}

static bool read_options(struct driver *d, struct console_options *o, int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--ascii") == 0)
            o->ascii = true;
        else if (strcmp(argv[i], "--end") == 0)
            d->end = true;
        else if (strcmp(argv[i], "--fatal") == 0)
            d->fatal = true;
        else if (strcmp(argv[i], "--colour") == 0)
            o->colour = strcmp(argv[++i], "always") == 0 ? COLOUR_ALWAYS : COLOUR_NEVER;
        else if (strcmp(argv[i], "--update-to") == 0)
            d->update_file = value, i++;
        else if (strcmp(argv[i], "--beat") == 0)
            d->beat_ms = (unsigned)atoi(value), i++;
        else if (strcmp(argv[i], "--crash") == 0)
            d->crash = atoi(value), i++;
        else
            return false;
    }
    return argc > 1;
}

int main(int argc, char **argv)
{
    struct driver d = {.kinds = argc > 1 ? argv[1] : "", .beat_ms = 1000};
    struct console_options o = {.update_ns = 10 * NS_PER_S, .set_update = write_update, .ctx = &d};
    if (!read_options(&d, &o, argc, argv) || pipe(d.stop) != 0 || pipe(d.over) != 0) {
        fprintf(stderr, "console_driver: bad options\n");
        return 2;
    }
    o.stop_fd = d.stop[0];
    stop_writer = d.stop[1];
    signal(SIGTERM, on_stop);
    signal(SIGINT, on_stop);
    d.board = board_new(false);
    pthread_t poster;
    pthread_create(&poster, NULL, post, &d);
    struct error why;
    note_hold();
    bool shown = console_run(d.board, &o, &why);
    note_release();
    board_close(d.board);
    close(d.over[1]);
    pthread_join(poster, NULL);
    board_free(d.board);
    if (!shown) {
        fprintf(stderr, "console_driver: %s\n", why.text);
        return 1;
    }
    printf("the console has ended\n");
    return 0;
}
