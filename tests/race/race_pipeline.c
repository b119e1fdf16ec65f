/* race_pipeline.c - the whole live run, started, fed and stopped, several times: a file that grows
 * and is rotated, alerts that fire, a reader that changes the interval; once stopped by hand, once
 * freed without a stop. Every line must be counted once. A plain main(), to run under
 * ThreadSanitizer. */
#include <pthread.h>

#include "race/live.h"

enum { ROUNDS = 3, LINES = 20000, ROTATE_EACH = 5000, DEADLINE_S = 60 };

/* Not those of the updates: what is written before the first look counts as what stood in the file.
 */
static bool all_are_counted(const struct live_wait *w, const struct snapshot *s)
{
    return s->total.hits >= w->lines;
}

static void run_round(int number)
{
    /* From the start: a parser that is late on a busy machine would find the first lines too old.
     */
    char path[160], *argv[] = {"spate", "--headless", "--from", "start", "-u", "100ms",
                               "-r",    "2s",         "-f",     "100",   path, NULL};
    struct live_log log = {"access.log", LINES, 500, ROTATE_EACH, 40, 5};
    struct live_run run;
    pthread_t writer;
    snprintf(path, sizeof path, "%s", in_folder(log.name));
    make_empty(path);
    start_run(&run, argv);
    pthread_create(&writer, NULL, write_log, &log);
    pipeline_set_update(run.pipeline, (100 + 50 * number) * NS_PER_MS);
    uint64_t hits =
        wait_for(run.pipeline, &(struct live_wait){all_are_counted, LINES, false}, DEADLINE_S);
    pthread_join(writer, NULL);
    if (number % 2) {
        pipeline_stop(run.pipeline);
        hits = wait_for_the_end(run.pipeline, DEADLINE_S);
    }
    end_run(&run, hits, LINES);
    forget_log(log.name, LINES / ROTATE_EACH);
}

int main(void)
{
    make_folder();
    for (int number = 0; number < ROUNDS; number++)
        run_round(number);
    return remove_folder();
}
