/* token_reader.c - the token programs as kinds of format. */
#include "parse/head.h"
#include "parse/steps.h"

static void *compile_apache(struct text spec, struct format_facts *facts, struct error *why)
{
    return apache_compile(spec, facts, why);
}

static void *compile_nginx(struct text spec, struct format_facts *facts, struct error *why)
{
    return nginx_compile(spec, facts->escape, facts, why);
}

static void free_program(void *program)
{
    program_free(program);
}

static enum verdict read_line(const void *program, struct reading *r)
{
    return program_read(program, r);
}

static size_t read_run(const void *program, struct line_run *run)
{
    const struct program *p = program;
    return p->head ? head_run(p, run) : 0;
}

const struct reader reader_apache = {
    .compile = compile_apache, .free = free_program, .read = read_line, .read_run = read_run};
const struct reader reader_nginx = {
    .compile = compile_nginx, .free = free_program, .read = read_line, .read_run = read_run};
