#include "parse/format.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/safe.h"
#include "parse/presets.h"
#include "parse/reader.h"
#include "parse/spec.h"

enum { FORM_LIMIT = 4 };

/* A preset may be written in several ways (a vhost with and without its port): each is
 * a form, tried in order. */
struct form {
    const struct reader *kind;
    void *program;
    struct format_facts facts;
};

struct format {
    char *name;
    struct form forms[FORM_LIMIT];
    size_t count;
    field_set fields;
    unsigned needs; /* of all forms */
    struct buf missing;
};

/* ---- Compiling ------------------------------------------------------------------------------ */

static bool add_form(struct format *f, const struct reader *kind, struct text spec,
                     enum escape escape, struct error *why)
{
    struct form *form = &f->forms[f->count];
    form->kind = kind;
    form->facts.escape = escape;
    form->program = kind->compile(spec, &form->facts, why);
    f->count += form->program != NULL;
    return form->program != NULL;
}

/* An Apache or nginx string, in whatever quotes. */
static bool add_token_form(struct format *f, struct text given, struct error *why)
{
    struct spec spec;
    bool ok = spec_unwrap(given, &spec, why) &&
              add_form(f, spec.kind == SPEC_APACHE ? &reader_apache : &reader_nginx,
                       buf_text(&spec.format), spec.escape, why);
    buf_done(&spec.format);
    return ok;
}

static bool add_spec(struct format *f, struct text spec, struct error *why)
{
    struct text rest;
    const struct reader *kind = reader_for(spec, &rest);
    if (!kind)
        return add_token_form(f, spec, why);
    if (add_form(f, kind, rest, ESCAPE_NONE, why))
        return true;
    if (why && why->column > 0)
        why->column += (uint32_t)(spec.len - rest.len);
    return false;
}

static bool add_preset(struct format *f, const struct preset *preset, struct error *why)
{
    struct text rest = text_of(preset->spec), spec;
    while (text_split(&rest, '\n', &spec))
        if (!add_spec(f, spec, why))
            return false;
    return true;
}

static const struct {
    field_set fields; /* one of them is enough */
    const char *missing;
} needs[] = {
    {FIELD_BIT(FIELD_TIME), "no time: lines count at the moment they are read"},
    {FIELD_BIT(FIELD_STATUS), "no status: no statuses and no errors"},
    {FIELD_BIT(FIELD_SECTION), "no request: no sections"},
    {FIELD_BIT(FIELD_BYTES), "no size: no bytes"},
    {FIELD_BIT(FIELD_HOST), "no client address: no visitors"},
};

static void add_sentence(struct buf *out, struct text sentence)
{
    if (sentence.len == 0)
        return;
    if (out->len > 0)
        buf_str(out, "; ");
    buf_add(out, sentence);
}

static void sum_up(struct format *f)
{
    f->needs = ~0u;
    for (size_t i = 0; i < f->count; i++) {
        f->fields |= f->forms[i].facts.fields;
        f->needs &= f->forms[i].facts.needs;
    }
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (!(f->fields & needs[i].fields))
            add_sentence(&f->missing, text_of(needs[i].missing));
    if ((f->fields & (FIELD_BIT(FIELD_HOST) | FIELD_BIT(FIELD_FORWARDED))) ==
        FIELD_BIT(FIELD_FORWARDED))
        buf_str(&f->missing, " but with --client forwarded");
    add_sentence(&f->missing, buf_text(&f->forms[0].facts.missing));
}

static struct format *format_named(struct text name)
{
    struct format *f = mem_new(1, sizeof *f);
    f->name = mem_string(name);
    return f;
}

static struct format *finish(struct format *f, bool ok)
{
    if (ok) {
        sum_up(f);
        return f;
    }
    format_free(f);
    return NULL;
}

struct format *format_new(struct text spec, struct error *why)
{
    struct format *f = format_named(spec);
    const struct preset *preset = preset_named(spec);
    return finish(f, preset ? add_preset(f, preset, why) : add_spec(f, spec, why));
}

struct format *format_apache(struct text log_format, struct error *why)
{
    struct format *f = format_named(log_format);
    return finish(f, add_form(f, &reader_apache, log_format, ESCAPE_APACHE, why));
}

struct format *format_nginx(struct text log_format, enum escape escape, struct error *why)
{
    struct format *f = format_named(log_format);
    return finish(f, add_form(f, &reader_nginx, log_format, escape, why));
}

struct format *format_rename(struct format *f, struct text name)
{
    if (f && name.len) {
        free(f->name);
        f->name = mem_string(name);
    }
    return f;
}

void format_free(struct format *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < FORM_LIMIT; i++) {
        if (f->forms[i].program && f->forms[i].kind->free)
            f->forms[i].kind->free(f->forms[i].program);
        buf_done(&f->forms[i].facts.missing);
    }
    buf_done(&f->missing);
    free(f->name);
    free(f);
}

struct text format_name(const struct format *f)
{
    return text_of(f->name);
}

field_set format_fields(const struct format *f)
{
    return f->fields;
}

unsigned format_needs(const struct format *f)
{
    return f->needs;
}

bool format_has_own_head(const struct format *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->forms[i].facts.has_own_head)
            return true;
    return false;
}

struct text format_missing(const struct format *f)
{
    return buf_text(&f->missing);
}

/* ---- Reading -------------------------------------------------------------------------------- */

void format_memo_init(struct format_memo *memo, const struct format *f)
{
    const struct form *form = &f->forms[0];
    *memo = (struct format_memo){0};
    if (form->facts.has_state)
        memo->state = form->kind->state_new(form->program);
    memo->owner = form->kind;
}

void format_memo_done(struct format_memo *memo)
{
    if (memo->state)
        memo->owner->state_free(memo->state);
    memo->state = NULL;
}

enum verdict reading_reject(struct reading *r, const char *at, const char *reason)
{
    if (r->why)
        *r->why = (struct reject){
            .line = r->line,
            .column = reading_offset(r, at) - r->line.at + 1,
            .reason = reason,
        };
    return LINE_REJECTED;
}

static enum verdict read_form(const struct form *form, struct reading *r)
{
    struct entry *e = r->out;
    e->has = e->null = 0;
    e->cut = 0;
    r->doubts = 0;
    e->escape = (uint8_t)form->facts.escape;
    e->line = r->line;
    return form->kind->read(form->program, r);
}

/* Of several forms that fail, the one that came furthest tells why. */
static enum verdict read_other_forms(const struct format *f, struct reading *r)
{
    struct reject furthest = {0}, *told = r->why;
    unsigned surest = r->sure;
    if (told)
        furthest = *told;
    for (size_t i = 1; i < f->count; i++) {
        r->sure = 0;
        enum verdict verdict = read_form(&f->forms[i], r);
        if (verdict != LINE_REJECTED)
            return verdict;
        surest = r->sure > surest ? r->sure : surest;
        if (told && told->column > furthest.column)
            furthest = *told;
    }
    if (told)
        *told = furthest;
    r->sure = surest;
    return LINE_REJECTED;
}

enum verdict format_read_line(const struct format *f, struct reading *r)
{
    enum verdict verdict = read_form(&f->forms[0], r);
    if (verdict == LINE_REJECTED && f->count > 1)
        return read_other_forms(f, r);
    return verdict;
}

size_t format_read_run(const struct format *f, struct line_run *run)
{
    const struct form *form = &f->forms[0];
    return form->kind->read_run ? form->kind->read_run(form->program, run) : 0;
}

bool format_read(const struct format *f, struct format_memo *memo, struct batch *batch,
                 struct span line, field_set want, struct entry *out, struct reject *why)
{
    struct reading r = {
        .batch = batch, .line = line, .want = want, .out = out, .memo = memo, .why = why};
    enum verdict verdict = format_read_line(f, &r);
    if (verdict == LINE_SKIPPED && why)
        *why = (struct reject){.line = line, .reason = "not a request"};
    return verdict == LINE_HIT;
}
