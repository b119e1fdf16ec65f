/* rescue.c - see rescue.h. */
#include "render/curses/rescue.h"

#include "base/note.h"
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum { STACK_SIZE = 64 * 1024 };

/* Crashes are ours even where a handler stands (a sanitizer's, which then has its turn); the others
 * only while they would simply end the program. */
static const struct {
    int number;
    int crash;
} deadly[] = {
    {SIGSEGV, 1}, {SIGBUS, 1},  {SIGILL, 1},  {SIGFPE, 1},  {SIGABRT, 1}, {SIGTRAP, 1},
    {SIGSYS, 1},  {SIGQUIT, 0}, {SIGHUP, 0},  {SIGINT, 0},  {SIGTERM, 0}, {SIGXCPU, 0},
    {SIGXFSZ, 0}, {SIGUSR1, 0}, {SIGUSR2, 0}, {SIGALRM, 0}, {SIGPIPE, 0},
};
enum { DEADLY = sizeof(deadly) / sizeof(deadly[0]) };

static struct sigaction before[DEADLY];
static int taken[DEADLY];
static struct rescue rescue;
static void *stack;
/* Set when `rescue` is complete, taken by the one who uses it. */
static atomic_bool ready;

static void write_all(int fd, const char *at, size_t len)
{
    while (len) {
        ssize_t done = write(fd, at, len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return;
        at += done;
        len -= (size_t)done;
    }
}

/* Only calls that are allowed in a signal handler. */
static void on_deadly(int number, siginfo_t *info, void *context)
{
    (void)context;
    /* Acquire: the rescue is complete; meets the release in rescue_ready(). */
    if (atomic_exchange_explicit(&ready, false, memory_order_acquire)) {
        write_all(rescue.fd, rescue.sequence, rescue.sequence_len);
        tcsetattr(rescue.fd, TCSANOW, &rescue.settings);
        note_rescue();
    }
    for (unsigned i = 0; i < DEADLY; i++)
        if (deadly[i].number == number)
            sigaction(number, &before[i], NULL);
    /* A fault of the machine comes again by itself, with its address, when we return. */
    if (info->si_code <= 0 || number == SIGABRT)
        raise(number);
}

void rescue_arm(void)
{
    stack = malloc(STACK_SIZE);
    if (stack)
        sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = STACK_SIZE}, NULL);
    for (unsigned i = 0; i < DEADLY; i++) {
        sigaction(deadly[i].number, NULL, &before[i]);
        bool by_default = !(before[i].sa_flags & SA_SIGINFO) && before[i].sa_handler == SIG_DFL;
        taken[i] = deadly[i].crash || by_default;
        struct sigaction ours = {.sa_sigaction = on_deadly, .sa_flags = SA_SIGINFO | SA_ONSTACK};
        if (taken[i])
            sigaction(deadly[i].number, &ours, NULL);
    }
}

void rescue_ready(const struct rescue *what)
{
    rescue = *what;
    /* The rescue is complete before anyone uses it; meets the acquire in on_deadly(). */
    atomic_store_explicit(&ready, true, memory_order_release);
}

void rescue_disarm(void)
{
    atomic_store_explicit(&ready, false, memory_order_relaxed);
    for (unsigned i = 0; i < DEADLY; i++)
        if (taken[i])
            sigaction(deadly[i].number, &before[i], NULL);
    if (stack) {
        sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
        free(stack);
    }
    stack = NULL;
}
