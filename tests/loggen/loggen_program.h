/* loggen_program.h - runs spate-loggen for a test and keeps what it printed. */
#ifndef SPATE_TESTS_LOGGEN_PROGRAM_H
#define SPATE_TESTS_LOGGEN_PROGRAM_H

#include "base/buf.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct outcome {
    int exit_code; /* -1: ended by a signal */
    struct buf out, err;
};

/* Splits at spaces; a test needs no quoting. */
static inline void split_arguments(char *line, char **argv, size_t room)
{
    size_t count = 0;
    argv[count++] = (char *)SPATE_LOGGEN_BIN;
    for (char *word = strtok(line, " "); word && count + 1 < room; word = strtok(NULL, " "))
        argv[count++] = word;
    argv[count] = NULL;
}

/* Starts it with the descriptors as stdout and stderr. */
static inline pid_t program_start(const char *arguments, int out, int err)
{
    char line[1024], *argv[64];
    snprintf(line, sizeof(line), "%s", arguments);
    split_arguments(line, argv, sizeof(argv) / sizeof(argv[0]));
    fflush(NULL);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        dup2(out, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        execv(argv[0], argv);
        _exit(127);
    }
    return child;
}

static inline int program_end(pid_t child)
{
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* All that a file holds from its start, ended by a NUL that is not counted. */
static inline struct buf file_bytes(int fd)
{
    struct buf all = {0};
    ssize_t got;
    lseek(fd, 0, SEEK_SET);
    while ((got = read(fd, buf_room(&all, 1 << 16), 1 << 16)) > 0)
        all.len += (size_t)got;
    *buf_room(&all, 1) = '\0';
    return all;
}

static inline int temporary_file(void)
{
    int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    cr_assert(fd >= 0);
    return fd;
}

static inline struct outcome program_run(const char *arguments)
{
    int out = temporary_file(), err = temporary_file();
    struct outcome o = {.exit_code = program_end(program_start(arguments, out, err))};
    o.out = file_bytes(out);
    o.err = file_bytes(err);
    close(out);
    close(err);
    return o;
}

static inline void outcome_done(struct outcome *o)
{
    buf_done(&o->out);
    buf_done(&o->err);
}

static inline size_t count_lines(struct text text)
{
    struct text line;
    size_t count = 0;
    while (text_split(&text, '\n', &line))
        count++;
    return count;
}

#endif
