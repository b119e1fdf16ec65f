/* parser_choose.c - by which format the lines of a source are read: named by the user or the
 * server's configuration, or found by looking. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/safe.h"
#include "parse/lines.h"
#include "parse/parser_state.h"

enum { HEADER_BYTES = 16 * 1024 };

static bool same_file(const char *a, const char *b)
{
    char *real = realpath(a, NULL);
    char *other = realpath(b, NULL);
    bool same = strcmp(real ? real : a, other ? other : b) == 0;
    free(real);
    free(other);
    return same;
}

bool parser_has_directives(const struct parser *p)
{
    return p->chosen != SIZE_MAX && p->memos[p->chosen].state;
}

static void show_directive(struct parser *p, struct text line)
{
    struct entry ignored;
    struct batch *alone = parser_alone(line);
    for (size_t i = 0; i < p->fs->count; i++)
        if (p->memos[i].state)
            format_read(p->fs->list[i], &p->memos[i], alone, (struct span){0, alone->used}, 0,
                        &ignored, NULL);
}

/* The directives at the file's beginning, up to its first other line. */
static void show_header(struct parser *p, const char *path)
{
    char bytes[HEADER_BYTES];
    struct stat s;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool plain = fd >= 0 && fstat(fd, &s) == 0 && S_ISREG(s.st_mode);
    ssize_t got = plain ? pread(fd, bytes, sizeof bytes, 0) : 0;
    struct text rest = text_make(bytes, got > 0 ? (size_t)got : 0);
    if (text_starts(rest, TEXT("\xef\xbb\xbf")))
        rest = text_cut(rest, 3, rest.len);
    for (size_t end; rest.len > 0 && rest.at[0] == '#'; rest = text_cut(rest, end + 1, rest.len)) {
        end = text_find(rest, '\n', 0);
        if (end == rest.len)
            break;
        show_directive(p, text_cut(rest, 0, end > 0 && rest.at[end - 1] == '\r' ? end - 1 : end));
    }
    if (fd >= 0)
        close(fd);
}

void parser_reads(struct parser *p, const char *path)
{
    bool directives = false;
    for (size_t i = 0; i < p->fs->count; i++)
        directives |= p->memos[i].state != NULL;
    if (directives)
        show_header(p, path);
    for (size_t i = 0; i < p->fs->home_count; i++) {
        if (!same_file(p->fs->homes[i].path, path))
            continue;
        p->chosen = p->fs->homes[i].format;
        p->settled = true;
        struct notice *news = parser_tell(p, NOTICE_FORMAT);
        snprintf(news->text, sizeof news->text, "%s: the server's configuration names it",
                 safe_str(format_name(p->fs->list[p->chosen])));
        return;
    }
}

uint32_t parser_line_end(const struct batch *b, uint32_t at)
{
    uint32_t end;
    return lines_find(b->bytes, at, b->used, &end, 1) == 1 ? end : b->used;
}

/* A server's configuration may name more formats than a trial has room for. */
static size_t trial_formats(const struct parser *p)
{
    return p->fs->count < TRIAL_FORMATS ? p->fs->count : TRIAL_FORMATS;
}

static struct trial *trial_of(struct parser *p)
{
    if (!p->trial) {
        p->trial = mem_new(1, sizeof *p->trial);
        trial_clear(p->trial);
    }
    return p->trial;
}

void parser_rest(struct parser *p)
{
    if (!p->settled)
        return;
    free(p->trial);
    p->trial = NULL;
}

void parser_look(struct parser *p, struct batch *b, uint32_t at)
{
    struct trial *trial = trial_of(p);
    while (at < b->used && trial->lines < TRIAL_LINES) {
        bool long_line;
        uint32_t end = parser_line_end(b, at);
        struct span line = trim_line(b, at, end, &long_line);
        line = parser_unwrap(p, b, line);
        if (line.len > 0)
            trial_line(trial, p->fs->list, p->memos, trial_formats(p), b, line);
        at = end + 1;
    }
    p->settled = trial->lines >= TRIAL_LINES;
}

/* A choice that is made or stands: what else is in the lines that were looked at. */
static void note_others(struct parser *p)
{
    if (p->chosen != SIZE_MAX)
        p->others |= trial_others(p->trial, p->chosen, trial_formats(p));
}

bool parser_choose(struct parser *p)
{
    size_t best = trial_best(p->trial, trial_formats(p));
    bool first_failure = best == SIZE_MAX && p->chosen == SIZE_MAX && !p->told_bad;
    note_others(p);
    if (p->trial->lines == 0 || (!first_failure && (best == p->chosen || best == SIZE_MAX)))
        return false;
    if (p->chosen != SIZE_MAX && !trial_prefers(p->trial, best, p->chosen))
        return false;
    p->told_bad = best == SIZE_MAX;
    p->chosen = best;
    p->others = 0;
    p->aside = 0;
    note_others(p);
    trial_tell(p->trial, p->fs->list, best, parser_tell(p, NOTICE_NONE));
    return best != SIZE_MAX;
}

/* ---- Again -----------------------------------------------------------------------------------
 */

/* False for a misfit; *refused tells of which kind. */
static bool choice_reads(struct parser *p, struct batch *b, struct span line, bool *refused)
{
    struct entry ignored;
    struct reject why;
    struct reading r = {.batch = b, .line = line, .want = p->want, .out = &ignored, .why = &why};
    enum verdict verdict = parser_read_line(p, &r);
    *refused = verdict == LINE_REJECTED;
    return !parser_misfits(verdict, &r);
}

static bool any_reads(struct parser *p, struct batch *b, struct span line, bool refused)
{
    struct trial one;
    if (refused)
        return trial_any_reads(p->fs->list, p->memos, trial_formats(p), b, line);
    trial_clear(&one);
    trial_line(&one, p->fs->list, p->memos, trial_formats(p), b, line);
    return trial_others(&one, p->chosen, trial_formats(p)) != 0;
}

/* True when formats were found that were not read by before. */
static bool look_from(struct parser *p, struct batch *b, uint32_t at)
{
    uint64_t others = p->others;
    trial_clear(trial_of(p));
    parser_look(p, b, at);
    bool found = parser_choose(p) || (p->others & ~others);
    parser_rest(p);
    return found;
}

bool parser_look_again(struct parser *p, struct batch *b, uint32_t at)
{
    unsigned run = p->run;
    if (!p->fs->automatic || at < p->refused_to)
        return false;
    for (uint32_t next = at, end; next < b->used; next = end + 1) {
        bool long_line;
        end = parser_line_end(b, next);
        struct span line = trim_line(b, next, end, &long_line);
        line = parser_unwrap(p, b, line);
        if (line.len == 0)
            continue;
        p->refused_to = next;
        bool refused;
        if (choice_reads(p, b, line, &refused))
            return false;
        if ((p->chosen == SIZE_MAX || ++run >= RUN_LIMIT) && any_reads(p, b, line, refused) &&
            look_from(p, b, next))
            return true;
    }
    p->refused_to = b->used;
    return false;
}
