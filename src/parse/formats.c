#include "parse/formats.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/safe.h"
#include "parse/detect.h"
#include "parse/presets.h"
#include "parse/reader.h"
#include "parse/wrap.h"

bool formats_add(struct formats *fs, struct format *f)
{
    if (!f)
        return false;
    if (fs->count == fs->room) {
        fs->room = fs->room ? fs->room * 2 : 16;
        fs->list = mem_grow(fs->list, fs->room, sizeof *fs->list);
    }
    fs->list[fs->count++] = f;
    return true;
}

static bool add_format(struct formats *fs, struct text spec, struct error *why)
{
    bool of_server;
    if (formats_add_server(fs, spec, &of_server, why))
        return true;
    if (!of_server && formats_add(fs, format_new(spec, why)))
        return true;
    if (why && why->column && !strstr(why->text, "column")) {
        struct error at = *why;
        error_at(why, at.column, "%s, column %u", at.text, at.column);
    }
    return error_prefix(why, "format `%s'", safe_str(spec));
}

static int by_rank(const void *a, const void *b)
{
    const struct preset *left = *(const struct preset *const *)a;
    const struct preset *right = *(const struct preset *const *)b;
    return right->detect - left->detect;
}

static bool add_detectable(struct formats *fs, struct error *why)
{
    const struct preset **found = mem_new(preset_count, sizeof *found);
    size_t count = 0;
    for (size_t i = 0; i < preset_count; i++)
        if (presets[i].detect > 0)
            found[count++] = &presets[i];
    qsort(found, count, sizeof *found, by_rank);
    bool ok = true;
    for (size_t i = 0; ok && i < count && i < TRIAL_FORMATS; i++)
        ok = add_format(fs, text_of(found[i]->name), why);
    free(found);
    return ok;
}

/* With several formats what one lacks another may have: only a single one is told of. */
static void note_missing(struct formats *fs)
{
    if (fs->automatic || fs->count != 1)
        return;
    struct text missing = format_missing(fs->list[0]);
    if (!missing.len)
        return;
    safe_add(&fs->missing, format_name(fs->list[0]));
    buf_str(&fs->missing, ": ");
    safe_add(&fs->missing, missing);
}

struct text formats_missing(const struct formats *fs)
{
    return buf_text(&fs->missing);
}

static bool any_begins(const struct text *specs, size_t count, struct text prefix)
{
    for (size_t i = 0; i < count; i++)
        if (text_starts(specs[i], prefix))
            return true;
    return false;
}

/* Who writes down what a line holds means the line as it is: a pattern all of it, keys the object. */
static unsigned wrapped_in(const struct formats *fs, const struct text *specs, size_t count)
{
    if (any_begins(specs, count, TEXT("regex:")))
        return 0;
    unsigned which = WRAP_HEAD | WRAP_INSIDE;
    if (any_begins(specs, count, TEXT("json:")))
        which = WRAP_HEAD;
    for (size_t i = 0; i < fs->count; i++)
        if (format_has_own_head(fs->list[i]))
            which &= ~(unsigned)WRAP_HEAD;
    return which;
}

struct formats *formats_new(const struct text *specs, size_t count, struct error *why)
{
    struct formats *fs = mem_new(1, sizeof *fs);
    fs->automatic = count == 0;
    for (size_t i = 0; i < count; i++)
        fs->automatic = fs->automatic || text_same(specs[i], TEXT("auto"));
    if (fs->automatic && count > 1) {
        error_set(why, "the format auto cannot be given together with others");
        free(fs);
        return NULL;
    }
    bool ok = true;
    if (fs->automatic)
        ok = add_detectable(fs, why);
    for (size_t i = 0; ok && !fs->automatic && i < count; i++)
        ok = add_format(fs, specs[i], why);
    fs->wrapped = ok ? wrapped_in(fs, specs, count) : 0;
    /* A configuration alone: a log that it does not list is told by looking, among its formats. */
    fs->automatic |= ok && count == 1 && fs->count > 1;
    if (ok) {
        note_missing(fs);
        return fs;
    }
    formats_free(fs);
    return NULL;
}

void formats_free(struct formats *fs)
{
    if (!fs)
        return;
    for (size_t i = 0; i < fs->count; i++)
        format_free((struct format *)fs->list[i]);
    for (size_t i = 0; i < fs->home_count; i++)
        free(fs->homes[i].path);
    free(fs->homes);
    free(fs->list);
    buf_done(&fs->missing);
    free(fs);
}

void formats_prefer_forwarded(struct formats *fs)
{
    fs->forwarded = true;
}

bool formats_auto(const struct formats *fs)
{
    return fs->automatic;
}
