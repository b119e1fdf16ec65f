#include "base/note.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rune.h"

#define NOTE_SIZE  640 /* an error's text and what is put around it */
#define NOTES_HELD 64

/* Held notes lie in fixed memory: a note about missing memory must not need any. */
static struct {
    pthread_mutex_t lock;
    bool held;
    size_t count;   /* notes kept */
    size_t dropped; /* notes beyond those */
    size_t lengths[NOTES_HELD];
    char lines[NOTES_HELD][NOTE_SIZE];
    char last[NOTE_SIZE]; /* the fatal one */
    _Atomic size_t last_len;
} notes = {.lock = PTHREAD_MUTEX_INITIALIZER};

static _Atomic(const char *) program = "spate";

/* One write() a line, so that lines of several threads do not mix. A stderr that
 * cannot be written to leaves nobody to tell. */
static void note_out(const char *line, size_t len)
{
    while (len > 0) {
        ssize_t written = write(STDERR_FILENO, line, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        line += written;
        len -= (size_t)written;
    }
}

__attribute__((format(printf, 2, 0))) static size_t note_line(char line[NOTE_SIZE],
                                                              const char *format, va_list args)
{
    size_t room = NOTE_SIZE - 1; /* the newline's */
    int head = snprintf(line, room, "%s: ", atomic_load(&program));
    size_t len = head < 0 ? 0 : (size_t)head;
    if (len < room) {
        int body = vsnprintf(line + len, room - len, format, args);
        len += body < 0 ? 0 : (size_t)body;
    }
    if (len >= room)
        len = rune_whole(line, room - 1);
    line[len++] = '\n';
    return len;
}

void note(const char *format, ...)
{
    int saved = errno;
    char line[NOTE_SIZE];
    va_list args;
    va_start(args, format);
    size_t len = note_line(line, format, args);
    va_end(args);

    pthread_mutex_lock(&notes.lock);
    if (!notes.held) {
        note_out(line, len);
    } else if (notes.count < NOTES_HELD) {
        memcpy(notes.lines[notes.count], line, len);
        notes.lengths[notes.count++] = len;
    } else {
        notes.dropped++;
    }
    pthread_mutex_unlock(&notes.lock);
    errno = saved;
}

/* Without the lock: the thread that ends here may hold it, or one that never wakes. */
_Noreturn void note_fatal(const char *format, ...)
{
    char line[NOTE_SIZE];
    va_list args;
    va_start(args, format);
    size_t len = note_line(line, format, args);
    va_end(args);
    note_out(line, len);
    if (atomic_load_explicit(&notes.last_len, memory_order_relaxed) == 0) {
        memcpy(notes.last, line, len);
        /* The line is whole before its length is known; meets the acquire in note_rescue(). */
        atomic_store_explicit(&notes.last_len, len, memory_order_release);
    }
    abort();
}

void note_hold(void)
{
    pthread_mutex_lock(&notes.lock);
    notes.held = true;
    pthread_mutex_unlock(&notes.lock);
}

void note_release(void)
{
    pthread_mutex_lock(&notes.lock);
    for (size_t i = 0; i < notes.count; i++)
        note_out(notes.lines[i], notes.lengths[i]);
    if (notes.dropped) {
        char line[NOTE_SIZE];
        int len = snprintf(line, sizeof line, "%s: and %zu more notes like these\n",
                           atomic_load(&program), notes.dropped);
        if (len > 0 && (size_t)len < sizeof line)
            note_out(line, (size_t)len);
    }
    notes.held = false;
    notes.count = notes.dropped = 0;
    pthread_mutex_unlock(&notes.lock);
}

/* Without the lock, which the thread that crashed may hold: a line is whole before it is counted. */
void note_rescue(void)
{
    for (size_t i = 0; notes.held && i < notes.count && i < NOTES_HELD; i++)
        note_out(notes.lines[i], notes.lengths[i]);
    /* Meets the release in note_fatal(). */
    size_t len = atomic_load_explicit(&notes.last_len, memory_order_acquire);
    if (notes.held)
        note_out(notes.last, len);
}

void note_name(const char *name)
{
    atomic_store(&program, name);
}
