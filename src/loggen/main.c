/* spate-loggen - writes a made-up access log, paced or as fast as it can. */
#include "base/note.h"
#include "base/version.h"
#include "loggen/options.h"
#include "loggen/run.h"
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

/* The first signal ends the run in good order; a second one ends it at once. */
static void catch_signals(void)
{
    struct sigaction end = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGINT, &end, NULL);
    sigaction(SIGTERM, &end, NULL);
    sigaction(SIGHUP, &end, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

static int print(struct buf *text)
{
    bool good = buf_write(text, STDOUT_FILENO);
    buf_done(text);
    if (!good)
        note("cannot write: %m");
    return good ? 0 : 1;
}

static int print_help(void)
{
    struct buf text = {0};
    options_help(&text);
    return print(&text);
}

static int print_version(void)
{
    struct buf text = {0};
    buf_str(&text, "spate-loggen " SPATE_VERSION "\n");
    return print(&text);
}

static void choose_seed(struct options *options)
{
    if (options->seed_given)
        return;
    if (getrandom(&options->seed, sizeof(options->seed), 0) != (ssize_t)sizeof(options->seed))
        options->seed = (uint64_t)time(NULL); /* GRND_NONBLOCK is not set: hardly ever */
    note("seed %" PRIu64, options->seed);
}

int main(int argc, char **argv)
{
    struct options options;
    struct error why = {0};
    uint64_t lines;
    note_name("spate-loggen");
    if (!options_read(&options, argc, argv, &why)) {
        note("%s", why.text);
        return 2;
    }
    if (options.help)
        return print_help();
    if (options.version)
        return print_version();
    catch_signals();
    choose_seed(&options);
    bool good = run(&options, &stop, &lines, &why);
    if (!good)
        note("%s", why.text);
    note("wrote %" PRIu64 " lines", lines);
    return good ? 0 : 1;
}
