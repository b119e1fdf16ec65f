#include "app/config_yaml.h"

#include <stdlib.h>

#include "app/config_quoted.h"
#include "app/config_yaml_words.h"
#include "app/fyaml_late.h"
#include "base/mem.h"
#include "base/safe.h"

enum { DEPTH_MOST = 20, KEYS_MOST = 1000, DIRECTIVE_MOST = 80, TAG_ESCAPES_MOST = 1000 };

struct kept {
    struct kept *next;
    struct yaml_node node;
};

struct yaml {
    struct kept *nodes; /* all of them */
    struct yaml_node *root;
    char **strings;
    size_t string_count, string_room;
};

/* A list or map that is being read. */
struct level {
    struct yaml_node *node, *last, *key;
    unsigned keys;
};

struct reading {
    struct yaml *yaml;
    struct config_problems *problems;
    struct text source;
    struct level levels[DEPTH_MOST];
    unsigned depth;
    unsigned documents;
    size_t at; /* behind the last thing read */
};

/* ---- Bytes that are no YAML --------------------------------------------------------------------
 */

/* The length of a UTF-8 character, 0 when it is none. */
static size_t character(struct text t, size_t at)
{
    unsigned char first = (unsigned char)t.at[at];
    size_t len = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (!len || first > 0xf4 || len > t.len - at)
        return 0;
    for (size_t i = 1; i < len; i++)
        if (((unsigned char)t.at[at + i] & 0xc0) != 0x80)
            return 0;
    unsigned char second = len > 1 ? (unsigned char)t.at[at + 1] : 0x80;
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
        return 0;
    return len;
}

static bool check_bytes(struct text source, struct config_problems *problems)
{
    for (size_t at = 0, len; at < source.len; at += len) {
        unsigned char byte = (unsigned char)source.at[at];
        len = byte >= 0x20 && byte < 0x7f ? 1 : character(source, at);
        if (!len)
            return problem_at(problems, (struct config_place){at, at + 1},
                              "this is no UTF-8 text (byte 0x%02x): save the file as UTF-8", byte);
        if ((byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7f)
            return problem_at(problems, (struct config_place){at, at + 1},
                              "a control character (0x%02x) is not allowed", byte);
    }
    return true;
}

/* A line that begins with %: libfyaml 0.7.12 takes minutes for a long one, or for many. */
static bool check_directive(struct text source, size_t at, struct config_problems *problems)
{
    struct text line = text_cut(source, at, text_find(source, '\n', at));
    return (text_starts(line, TEXT("%YAML 1.")) && line.len <= DIRECTIVE_MOST) ||
           problem_at(problems, (struct config_place){at, at + 1},
                      "a line that begins with %% can only be %%YAML 1.2");
}

/* Tags with many %xx would take it minutes too, to be refused then. */
static bool check_slow(struct text source, struct config_problems *problems)
{
    size_t tag = source.len; /* where it begins, if it is one */
    unsigned escapes = 0;
    for (size_t at = 0; at < source.len; at++) {
        char byte = source.at[at];
        bool first = at == 0 || source.at[at - 1] == '\n' || source.at[at - 1] == '\r';
        if (byte == '%' && first && !check_directive(source, at, problems))
            return false;
        if (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' || byte == '"') {
            tag = source.len;
            escapes = 0;
        } else if (byte == '!' && tag == source.len) {
            tag = at;
        } else if (byte == '%' && tag < source.len && ++escapes > TAG_ESCAPES_MOST) {
            return problem_at(problems, (struct config_place){tag, tag + 1},
                              "more than %d %%xx behind a !: tags (!name) are not used here",
                              TAG_ESCAPES_MOST);
        }
    }
    return true;
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static struct yaml_node *new_node(struct yaml *y, enum yaml_kind kind, struct config_place place)
{
    struct kept *kept = mem_new(1, sizeof *kept);
    kept->next = y->nodes;
    y->nodes = kept;
    kept->node.kind = kind;
    kept->node.place = place;
    return &kept->node;
}

static const char *new_string(struct yaml *y, struct text text)
{
    if (y->string_count == y->string_room) {
        y->string_room = y->string_room ? y->string_room * 2 : 64;
        y->strings = mem_grow(y->strings, y->string_room, sizeof *y->strings);
    }
    return y->strings[y->string_count++] = mem_string(text);
}

static const struct yaml_node *member_named(const struct yaml_node *map, const char *key)
{
    for (const struct yaml_node *n = map->first; n; n = n->next)
        if (!strcmp(n->key->value, key))
            return n;
    return NULL;
}

/* The next scalar of a map is a key; keys are scalars, each there once. */
static bool take_key(struct reading *r, struct level *l, struct yaml_node *n)
{
    if (n->kind != YAML_SCALAR)
        return problem_at(r->problems, n->place, "a key must be a plain word");
    if (++l->keys > KEYS_MOST)
        return problem_at(r->problems, n->place, "more than %d keys in one map", KEYS_MOST);
    const struct yaml_node *twin = member_named(l->node, n->value);
    if (twin) {
        uint32_t line = 1;
        for (size_t i = 0; i < twin->key->place.at; i++)
            line += r->source.at[i] == '\n';
        return problem_at(r->problems, n->place, "`%s' is given twice, first in line %u",
                          safe_str(text_of(n->value)), line);
    }
    l->key = n;
    return true;
}

/* Puts a node where it belongs: at the root, into a list, or into a map as key or value. */
static bool place_node(struct reading *r, struct yaml_node *n)
{
    if (r->depth == 0) {
        r->yaml->root = n;
        return true;
    }
    struct level *l = &r->levels[r->depth - 1];
    if (l->node->kind == YAML_MAP && !l->key)
        return take_key(r, l, n);
    n->key = l->key;
    l->key = NULL;
    if (l->last)
        l->last->next = n;
    else
        l->node->first = n;
    l->last = n;
    return true;
}

/* ---- Events ---------------------------------------------------------------------------------- */

/* An empty value has no marks: it stands behind what was read last, an empty item of a list at its
 * dash. */
static size_t empty_place(const struct reading *r)
{
    size_t at = r->at;
    if (r->depth == 0 || r->levels[r->depth - 1].node->kind != YAML_LIST)
        return at;
    while (at < r->source.len && strchr(" \t\r\n#", r->source.at[at]))
        at = r->source.at[at] == '#' ? text_find(r->source, '\n', at) : at + 1;
    return at;
}

static struct config_place place_of(const struct reading *r, struct fy_event *e)
{
    const struct fy_mark *from = fyaml.event_start_mark(e), *to = fyaml.event_end_mark(e);
    struct config_place p = {r->at, r->at};
    if (from && from->line >= 0 && from->input_pos <= r->source.len)
        p.at = p.end = from->input_pos;
    if (to && to->line >= 0 && to->input_pos >= p.at && to->input_pos <= r->source.len)
        p.end = to->input_pos;
    if (!from || from->line < 0)
        p.at = p.end = empty_place(r);
    return p;
}

static bool refuse_extras(struct reading *r, struct fy_event *e, struct config_place place)
{
    if (e->type == FYET_ALIAS)
        return problem_at(r->problems, place, "aliases (*name) are not used here: a text that begins with * is written in quotes");
    if (fyaml.event_get_anchor_token(e))
        return problem_at(r->problems, place, "anchors (&name) are not used here: a text that begins with & is written in quotes");
    if (fyaml.event_get_tag_token(e))
        return problem_at(r->problems, place, "tags (!name) are not used here: a text that begins with ! is written in quotes");
    return true;
}

static bool take_scalar(struct reading *r, struct fy_event *e, struct config_place place)
{
    struct fy_token *token = e->scalar.value;
    enum fy_scalar_style style = token ? fyaml.token_scalar_style(token) : FYSS_PLAIN;
    struct buf unquoted = {0};
    struct text text = TEXT("");
    struct yaml_node *n = new_node(r->yaml, YAML_SCALAR, place);
    if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) {
        struct text raw = text_cut(r->source, place.at, place.end);
        (style == FYSS_SINGLE_QUOTED ? quoted_read_single : quoted_read_double)(raw, &unquoted);
        text = buf_text(&unquoted);
    } else if (token) {
        text.at = fyaml.token_get_text(token, &text.len);
        if (!text.at)
            return problem_at(r->problems, place, "this text cannot be read");
    }
    bool good = text_find(text, 0, 0) == text.len;
    if (!good) /* in a block it is one that libfyaml put there: not all that it allows it can read
                */
        problem_at(r->problems, place,
                   style == FYSS_DOUBLE_QUOTED
                       ? "a NUL byte is not allowed"
                       : "a block like this cannot be read: write it in quotes");
    n->value = new_string(r->yaml, text);
    n->plain = style == FYSS_PLAIN;
    buf_done(&unquoted);
    return good && place_node(r, n);
}

static bool take_start(struct reading *r, enum yaml_kind kind, struct config_place place)
{
    struct yaml_node *n = new_node(r->yaml, kind, place);
    if (!place_node(r, n))
        return false;
    if (r->depth == DEPTH_MOST)
        return problem_at(r->problems, place, "more than %d lists and maps inside each other",
                          DEPTH_MOST);
    r->levels[r->depth++] = (struct level){.node = n};
    return true;
}

static bool take_event(struct reading *r, struct fy_event *e)
{
    struct config_place place = place_of(r, e);
    if (!refuse_extras(r, e, place))
        return false;
    r->at = place.end;
    switch (e->type) {
    case FYET_DOCUMENT_START:
        return r->documents++ == 0 ||
               problem_at(r->problems, place,
                          "a second document begins here: there can be only one");
    case FYET_SCALAR: return take_scalar(r, e, place);
    case FYET_SEQUENCE_START: return take_start(r, YAML_LIST, place);
    case FYET_MAPPING_START: return take_start(r, YAML_MAP, place);
    case FYET_SEQUENCE_END:
    case FYET_MAPPING_END: r->depth--; return true;
    default: return true;
    }
}

static bool is_one_of(char byte, const char *bytes)
{
    return byte && strchr(bytes, byte);
}

/* The bracket that is still open, where the file ends without the other. */
static bool find_open(const struct reading *r, size_t byte, size_t *at)
{
    while (byte < r->source.len && is_one_of(r->source.at[byte], " \t\r\n"))
        byte++;
    for (unsigned i = r->depth; i > 0 && byte == r->source.len; i--) {
        *at = r->levels[i - 1].node->place.at;
        if (*at < r->source.len && is_one_of(r->source.at[*at], "[{"))
            return true;
    }
    return false;
}

static bool take_finding(struct reading *r, const struct fy_diag_error *found)
{
    struct yaml_words words = yaml_words(found->msg);
    size_t byte = problem_byte(r->source, (uint32_t)(found->line < 1 ? 1 : found->line),
                               (uint32_t)(found->column < 1 ? 1 : found->column));
    size_t open;
    if (words.unclosed && find_open(r, byte, &open))
        return problem_at(r->problems, (struct config_place){open, open + 1},
                          "this is no YAML: the `%c' that begins here has no `%c'", r->source.at[open],
                          r->source.at[open] == '[' ? ']' : '}');
    if (words.quote && byte > 0 && is_one_of(r->source.at[byte - 1], "\"'"))
        byte--;
    return problem_at(r->problems, (struct config_place){byte, byte}, "this is no YAML: %s",
                      safe_str(text_of(words.says)));
}

/* The parser's own findings; its first is the cause of the others. */
static bool take_findings(struct reading *r, struct fy_diag *diag, bool failed)
{
    void *at = NULL;
    struct fy_diag_error *found = fyaml.diag_errors_iterate(diag, &at);
    if (found && found->msg)
        return take_finding(r, found);
    if (failed)
        return problem_at(r->problems, (struct config_place){r->at, r->at},
                          "this is no YAML from here on");
    return true;
}

static bool read_events(struct reading *r)
{
    struct fy_diag_cfg diag_cfg;
    fyaml.diag_cfg_default(&diag_cfg);
    diag_cfg.fp = NULL; /* nothing is printed behind our back */
    diag_cfg.colorize = false;
    struct fy_diag *diag = fyaml.diag_create(&diag_cfg);
    struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET, .diag = diag};
    struct fy_parser *parser = diag ? fyaml.parser_create(&cfg) : NULL;
    bool good = parser &&
                !fyaml.parser_set_string(parser, r->source.len ? r->source.at : "", r->source.len);
    if (diag)
        fyaml.diag_set_collect_errors(diag, true);
    struct fy_event *e;
    bool taken = true;
    while (good && taken && (e = fyaml.parser_parse(parser))) {
        taken = take_event(r, e);
        fyaml.parser_event_free(parser, e);
    }
    if (taken)
        taken = take_findings(r, diag, !good || fyaml.parser_get_stream_error(parser));
    fyaml.parser_destroy(parser);
    fyaml.diag_destroy(diag);
    return taken;
}

struct yaml *yaml_read(struct text source, struct config_problems *problems)
{
    struct error why = {0};
    if (!check_bytes(source, problems) || !check_slow(source, problems))
        return NULL;
    if (!fyaml_late(&why)) {
        problem_at(problems, (struct config_place){0, 0}, "%s", why.text);
        return NULL;
    }
    struct yaml *y = mem_new(1, sizeof *y);
    struct reading r = {.yaml = y, .problems = problems, .source = source};
    if (read_events(&r))
        return y;
    yaml_free(y);
    return NULL;
}

void yaml_free(struct yaml *y)
{
    if (!y)
        return;
    for (struct kept *k = y->nodes, *next; k; k = next) {
        next = k->next;
        free(k);
    }
    for (size_t i = 0; i < y->string_count; i++)
        free(y->strings[i]);
    free(y->strings);
    free(y);
}

const struct yaml_node *yaml_root(const struct yaml *y)
{
    return y->root;
}

bool yaml_is_nothing(const struct yaml_node *n)
{
    return n->kind == YAML_SCALAR && n->plain &&
           (!*n->value || !strcmp(n->value, "~") || !strcmp(n->value, "null"));
}
