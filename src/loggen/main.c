/* spate-loggen - writes a made-up access log, paced or as fast as it can. */
#include "base/note.h"
#include "base/standard.h"
#include "base/version.h"
#include "loggen/options.h"
#include "loggen/run.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
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
    sigaction(SIGXFSZ, &ignore, NULL); /* the write says so as well */
}

static int print(struct buf *text)
{
    bool good = buf_write(text, STDOUT_FILENO);
    if (!good)
        note("cannot write: %s", strerror(errno));
    buf_done(text);
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
        options->seed = (uint64_t)time(NULL); /* a kernel without it */
}

int main(int argc, char **argv)
{
    struct options options;
    struct error why;
    standard_hold();
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
    return run(&options, &stop) ? 0 : 1;
}
