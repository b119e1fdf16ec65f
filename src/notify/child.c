#include "notify/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

struct child {
    pid_t pid; /* 0: this place is free */
    int pidfd;
    int input; /* -1: all is written, or the child reads no more */
    struct buf text;
    size_t written;
    int64_t kill_ns;
    bool killed;
    size_t number;
};

struct children {
    struct clock clock;
    struct child all[CHILDREN_MOST];
};

struct children *children_new(void)
{
    struct children *c = mem_new(1, sizeof *c);
    c->clock = clock_real();
    return c;
}

static void close_input(struct child *k)
{
    if (k->input >= 0)
        close(k->input);
    k->input = -1;
}

static void bury(struct child *k)
{
    close_input(k);
    close(k->pidfd);
    buf_done(&k->text);
    *k = (struct child){.input = -1};
}

void children_free(struct children *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < CHILDREN_MOST; i++) {
        struct child *k = &c->all[i];
        if (!k->pid)
            continue;
        kill(-k->pid, SIGKILL);
        while (waitpid(k->pid, NULL, 0) < 0 && errno == EINTR)
            ;
        bury(k);
    }
    free(c);
}

/* ---- The start ------------------------------------------------------------------------------- */

/* Nothing of ours but the pipe; signals as a fresh process has them. */
static bool set_up(posix_spawn_file_actions_t *files, posix_spawnattr_t *how, int input)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    return !posix_spawn_file_actions_adddup2(files, input, 0) &&
           !posix_spawn_file_actions_addopen(files, 1, "/dev/null", O_WRONLY, 0) &&
           !posix_spawn_file_actions_addopen(files, 2, "/dev/null", O_WRONLY, 0) &&
           !posix_spawn_file_actions_addclosefrom_np(files, 3) &&
           !posix_spawn_file_actions_addchdir_np(files, "/") &&
           !posix_spawnattr_setpgroup(how, 0) && !posix_spawnattr_setsigmask(how, &none) &&
           !posix_spawnattr_setsigdefault(how, &all) &&
           !posix_spawnattr_setflags(how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
}

static int spawn(pid_t *pid, const char *const *argv, int input)
{
    static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                lang[] = "LANG=C.UTF-8";
    char *const environment[] = {path, lang, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    int failed = ENOMEM;
    if (posix_spawn_file_actions_init(&files))
        return failed;
    if (posix_spawnattr_init(&how) == 0) {
        if (set_up(&files, &how, input))
            failed = posix_spawn(pid, argv[0], &files, &how, (char *const *)argv, environment);
        posix_spawnattr_destroy(&how);
    }
    posix_spawn_file_actions_destroy(&files);
    return failed;
}

static bool open_pipe(int ends[2])
{
    return pipe2(ends, O_CLOEXEC) == 0 && fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0;
}

static bool start(struct child *k, const char *const *argv, int *code)
{
    int ends[2] = {-1, -1};
    *code = 0;
    k->pidfd = -1;
    if (!open_pipe(ends) || (*code = spawn(&k->pid, argv, ends[0]))) {
        *code = *code ? *code : errno;
        if (ends[1] >= 0)
            close(ends[1]);
        k->pid = 0;
    } else {
        k->input = ends[1];
        k->pidfd = pidfd_open(k->pid, 0);
        *code = k->pidfd < 0 ? errno : 0;
    }
    if (ends[0] >= 0)
        close(ends[0]);
    if (*code && k->pid) { /* nothing would tell us of its end */
        kill(-k->pid, SIGKILL);
        waitpid(k->pid, NULL, 0);
        close_input(k);
        k->pid = 0;
    }
    return *code == 0;
}

bool children_start(struct children *c, size_t number, const char *const *argv, struct text input,
                    int64_t timeout_ns, struct try_end *end)
{
    int code;
    struct child *k = c->all, *beyond = c->all + CHILDREN_MOST;
    while (k < beyond && k->pid)
        k++;
    if (k == beyond) {
        end->crowded = true;
        return channel_later(end);
    }
    if (timeout_ns > CHILD_LIMIT_S * NS_PER_S)
        timeout_ns = CHILD_LIMIT_S * NS_PER_S;
    *k = (struct child){
        .input = -1, .number = number, .kill_ns = clock_monotonic(&c->clock) + timeout_ns};
    if (!start(k, argv, &code)) {
        error_set(&end->why, "the program cannot be started: %s", strerror(code));
        return channel_later(end);
    }
    buf_add(&k->text, input);
    return true;
}

/* ---- Life and end ---------------------------------------------------------------------------- */

size_t children_fds(const struct children *c, struct pollfd fds[CHILDREN_FDS])
{
    size_t count = 0;
    for (size_t i = 0; i < CHILDREN_MOST; i++) {
        const struct child *k = &c->all[i];
        if (!k->pid)
            continue;
        fds[count++] = (struct pollfd){.fd = k->pidfd, .events = POLLIN};
        if (k->input >= 0)
            fds[count++] = (struct pollfd){.fd = k->input, .events = POLLOUT};
    }
    return count;
}

int64_t children_next_kill(const struct children *c)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < CHILDREN_MOST; i++)
        if (c->all[i].pid && !c->all[i].killed && c->all[i].kill_ns < next)
            next = c->all[i].kill_ns;
    return next;
}

/* A child that does not read all has its reasons: its exit code tells. */
static void feed(struct child *k)
{
    while (k->input >= 0 && k->written < k->text.len) {
        ssize_t put = write(k->input, k->text.at + k->written, k->text.len - k->written);
        if (put < 0 && errno == EAGAIN)
            return;
        if (put < 0 && errno != EINTR)
            break;
        k->written += put > 0 ? (size_t)put : 0;
    }
    close_input(k);
}

static void judge(const struct child *k, int status, struct try_end *end)
{
    *end = (struct try_end){.result = OUTBOX_LATER};
    if (k->killed)
        error_set(&end->why, "the program took too long and was killed");
    else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        end->result = OUTBOX_TAKEN;
    else if (WIFEXITED(status))
        error_set(&end->why, "the program ended with exit code %d", WEXITSTATUS(status));
    else
        error_set(&end->why, "the program was ended by signal %d", WTERMSIG(status));
}

bool children_next(struct children *c, size_t *number, struct try_end *end)
{
    for (size_t i = 0; i < CHILDREN_MOST; i++) {
        struct child *k = &c->all[i];
        int status;
        if (!k->pid)
            continue;
        feed(k);
        if (!k->killed && clock_monotonic(&c->clock) >= k->kill_ns) {
            kill(-k->pid, SIGKILL);
            k->killed = true;
        }
        if (waitpid(k->pid, &status, WNOHANG) != k->pid)
            continue;
        judge(k, status, end);
        *number = k->number;
        bury(k);
        return true;
    }
    return false;
}
