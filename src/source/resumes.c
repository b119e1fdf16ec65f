#include "source/resumes.h"

#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

void resumes_init(struct resumes *r, const struct follow_resume *rows, size_t count)
{
    *r = (struct resumes){0};
    for (size_t i = 0; i < count; i++)
        resumes_add(r, rows[i].path, &rows[i].position);
}

void resumes_done(struct resumes *r)
{
    for (size_t i = 0; i < r->count; i++)
        free((char *)(uintptr_t)r->rows[i].path);
    free(r->rows);
}

void resumes_add(struct resumes *r, const char *path, const struct position *position)
{
    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 8;
        r->rows = mem_grow(r->rows, r->room, sizeof *r->rows);
    }
    struct follow_resume *row = &r->rows[r->count++];
    *row = (struct follow_resume){.path = mem_string(text_of(path))};
    if (position)
        row->position = *position;
}

void resumes_forget(struct resumes *r, const char *path)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->rows[i].path, path) == 0)
            free((char *)(uintptr_t)r->rows[i].path);
        else
            r->rows[kept++] = r->rows[i];
    r->count = kept;
}
