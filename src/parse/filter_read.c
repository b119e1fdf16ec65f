/* filter_read.c - the text of a filter to a tree, and what to say when it is none. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/near.h"
#include "base/safe.h"
#include "parse/filter_program.h"

struct input {
    struct text all;
    size_t at;
    unsigned depth;
    struct filter_tree *tree;
    struct error *why;
};

static const char operator_names[] = "= != < <= > >= ~ !~";

static const struct filter_operator operators[] = {
    {"=", COMPARE_SAME, false},   {"!=", COMPARE_SAME, true},  {"<", COMPARE_LESS, false},
    {"<=", COMPARE_UP_TO, false}, {">", COMPARE_UP_TO, true},  {">=", COMPARE_LESS, true},
    {"~", COMPARE_MATCH, false},  {"!~", COMPARE_MATCH, true},
};

/* ---- Pieces of the text --------------------------------------------------------------------- */

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static bool is_name(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
}

static bool is_operator(char byte)
{
    return byte && strchr("=!<>~&|", byte);
}

static bool is_word(char byte)
{
    return !is_space(byte) && byte != '(' && byte != ')';
}

static void skip_space(struct input *in)
{
    while (in->at < in->all.len && is_space(in->all.at[in->at]))
        in->at++;
}

/* The bytes of one sort that stand next; they stay there. */
static struct text peek(const struct input *in, bool (*is)(char))
{
    size_t end = in->at;
    while (end < in->all.len && is(in->all.at[end]))
        end++;
    return text_cut(in->all, in->at, end);
}

static bool take_byte(struct input *in, char byte)
{
    skip_space(in);
    if (in->at == in->all.len || in->all.at[in->at] != byte)
        return false;
    in->at++;
    return true;
}

static bool take_word(struct input *in, const char *word)
{
    skip_space(in);
    if (!text_same_caseless(peek(in, is_name), text_of(word)))
        return false;
    in->at += strlen(word);
    return true;
}

static uint32_t column(size_t at)
{
    return (uint32_t)at + 1;
}

/* What stands there, for an error: a word, or that it is the end. */
static const char *shown(const struct input *in)
{
    static const char end[] = "the end";
    if (in->at == in->all.len)
        return end;
    struct text word = peek(in, is_word);
    return safe_str(word.len ? word : text_cut(in->all, in->at, in->at + 1));
}

static bool refuse(struct input *in, const char *expected)
{
    return error_at(in->why, column(in->at), "expected %s, found %s", expected, shown(in));
}

/* ---- The tree ------------------------------------------------------------------------------- */

static uint32_t add_node(struct filter_tree *tree, struct filter_node node)
{
    if (tree->count == tree->room) {
        tree->room = tree->room ? tree->room * 2 : 16;
        tree->nodes = mem_grow(tree->nodes, tree->room, sizeof *tree->nodes);
    }
    tree->nodes[tree->count] = node;
    return tree->count++;
}

static uint32_t add_test(struct filter_tree *tree, const struct filter_test *test)
{
    if (tree->test_count == tree->test_room) {
        tree->test_room = tree->test_room ? tree->test_room * 2 : 16;
        tree->tests = mem_grow(tree->tests, tree->test_room, sizeof *tree->tests);
    }
    tree->tests[tree->test_count] = *test;
    return add_node(tree, (struct filter_node){.kind = FILTER_TEST, .test = tree->test_count++});
}

void filter_tree_done(struct filter_tree *tree)
{
    for (uint32_t i = 0; i < tree->test_count; i++)
        if (tree->tests[i].kind == FILTER_PATTERN)
            pattern_match_free(tree->tests[i].pattern);
    free(tree->tests);
    free(tree->nodes);
    buf_done(&tree->values);
    *tree = (struct filter_tree){0};
}

/* ---- A comparison --------------------------------------------------------------------------- */

static void list_fields(struct buf *out)
{
    for (enum field f = 0; f < FIELD_COUNT; f++)
        buf_printf(out, "%s%s", f ? ", " : "", field_key(f));
}

static bool refuse_field(struct input *in, struct text name)
{
    struct near near = near_to(name);
    struct buf names = {0};
    for (enum field f = 0; f < FIELD_COUNT; f++)
        near_offer(&near, field_key(f));
    near_list(&near, &names);
    bool any = names.len > 0;
    if (!any)
        list_fields(&names);
    error_at(in->why, column(in->at), "there is no field `%.60s'%s%.*s%s", safe_str(name),
             any ? ": did you mean " : "; fields are: ", (int)names.len, names.at, any ? "?" : "");
    buf_done(&names);
    return false;
}

static bool take_field(struct input *in, enum field *field)
{
    skip_space(in);
    struct text name = peek(in, is_name);
    if (!name.len)
        return refuse(in, "a field, `not' or `('");
    if (text_same_caseless(name, TEXT("and")) || text_same_caseless(name, TEXT("or")))
        return error_at(in->why, column(in->at), "a comparison is missing before `%s'",
                        safe_str(name));
    *field = field_named(name);
    if (*field == FIELD_COUNT)
        return refuse_field(in, name);
    in->at += name.len;
    return true;
}

static const struct filter_operator *take_operator(struct input *in, enum field field)
{
    skip_space(in);
    struct text found = peek(in, is_operator);
    if (!found.len) {
        error_at(in->why, column(in->at), "expected a comparison (%s) behind %s, found %s",
                 operator_names, field_key(field), shown(in));
        return NULL;
    }
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (!text_same(found, text_of(operators[i].name)))
            continue;
        if (operators[i].compare == COMPARE_MATCH && field_kind(field) != FIELD_KIND_TEXT) {
            error_at(in->why, column(in->at),
                     "%s is no text: it is compared by = != < <= > >=", field_key(field));
            return NULL;
        }
        in->at += found.len;
        return &operators[i];
    }
    error_at(in->why, column(in->at), "`%s' is no comparison: there are %s", safe_str(found),
             operator_names);
    return NULL;
}

/* The text behind an opening quote, put to the values. */
static bool take_quoted(struct input *in, size_t open)
{
    while (in->at < in->all.len) {
        char byte = in->all.at[in->at++];
        char next = in->at < in->all.len ? in->all.at[in->at] : 0;
        if (byte == '"')
            return true;
        if (byte == '\\' && (next == '"' || next == '\\')) {
            byte = next;
            in->at++;
        }
        buf_byte(&in->tree->values, byte);
    }
    return error_at(in->why, column(open), "the quote that begins here does not end");
}

/* A value, quotes undone, at the end of the tree's values. */
static bool take_value(struct input *in, const char *operator, struct filter_test * t)
{
    skip_space(in);
    struct buf *values = &in->tree->values;
    t->value_at = (uint32_t)values->len;
    size_t open = in->at;
    if (take_byte(in, '"')) {
        if (!take_quoted(in, open))
            return false;
    } else {
        struct text word = peek(in, is_word);
        if (!word.len)
            return error_at(
                in->why, column(in->at),
                "a value is missing behind `%s': a word, or \"...\" where it has spaces or "
                "parentheses",
                operator);
        buf_add(values, word);
        in->at += word.len;
    }
    t->value_len = (uint32_t)(values->len - t->value_at);
    return true;
}

/* Where the byte number `index` of a value stands in the text that it was read from at `start`. */
static size_t place_of(const struct input *in, size_t start, size_t index)
{
    const char *at = in->all.at;
    if (at[start] != '"')
        return start + index < in->at ? start + index : in->at;
    size_t place = start + 1;
    for (; index > 0 && place + 1 < in->at; index--)
        place += at[place] == '\\' && (at[place + 1] == '"' || at[place + 1] == '\\') ? 2 : 1;
    return place < in->at ? place : in->at;
}

static bool set_text(struct input *in, struct filter_test *t, const struct filter_operator *op,
                     size_t start)
{
    static const enum filter_kind kinds[] = {[COMPARE_SAME] = FILTER_SAME,
                                             [COMPARE_LESS] = FILTER_LESS,
                                             [COMPARE_UP_TO] = FILTER_UP_TO,
                                             [COMPARE_MATCH] = FILTER_PATTERN};
    struct text value = text_cut(buf_text(&in->tree->values), t->value_at, SIZE_MAX);
    t->kind = (uint8_t)kinds[op->compare];
    t->negated = op->negated;
    if (t->kind == FILTER_PATTERN) {
        struct error bad = {0};
        t->pattern = pattern_match_new(value, &bad);
        if (!t->pattern)
            return error_at(in->why, column(place_of(in, start, bad.column - 1)), "%s", bad.text);
        return true;
    }
    unsigned char ones[8] = {0};
    size_t head = value.len < sizeof ones ? value.len : sizeof ones;
    memset(ones, 0xff, head);
    memcpy(&t->mask, ones, sizeof ones);
    t->head = 0;
    if (head)
        memcpy(&t->head, value.at, head);
    return true;
}

static bool read_comparison(struct input *in, uint32_t *node)
{
    enum field field = FIELD_COUNT;
    if (!take_field(in, &field))
        return false;
    const struct filter_operator *op = take_operator(in, field);
    if (!op)
        return false;
    struct filter_test t = {.field = (uint8_t)field};
    skip_space(in);
    size_t start = in->at;
    if (!take_value(in, op->name, &t))
        return false;
    if (in->tree->test_count == FILTER_TESTS_MOST)
        return error_at(in->why, column(start), "a filter has at most %d comparisons",
                        FILTER_TESTS_MOST);
    if (field_kind(field) == FIELD_KIND_TEXT) {
        if (!set_text(in, &t, op, start))
            return false;
    } else {
        struct error bad = {0};
        struct text value = text_cut(buf_text(&in->tree->values), t.value_at, SIZE_MAX);
        if (!filter_value_set(&t, op, value, &bad))
            return error_at(in->why, column(start), "%s", bad.text);
    }
    *node = add_test(in->tree, &t);
    return true;
}

/* ---- and, or, not, parentheses -------------------------------------------------------------- */

static bool read_or(struct input *in, uint32_t *node);

static bool deeper(struct input *in)
{
    if (++in->depth <= FILTER_DEPTH_MOST)
        return true;
    return error_at(in->why, column(in->at), "more than %d of `not' and `(' inside each other",
                    FILTER_DEPTH_MOST);
}

static bool read_inside(struct input *in, size_t open, uint32_t *node)
{
    if (!deeper(in) || !read_or(in, node))
        return false;
    in->depth--;
    if (take_byte(in, ')'))
        return true;
    if (in->at == in->all.len)
        return error_at(in->why, column(open), "the `(' that begins here has no `)'");
    return refuse(in, "`and', `or' or `)' (a value with spaces is written in quotes)");
}

static bool read_factor(struct input *in, uint32_t *node)
{
    skip_space(in);
    size_t start = in->at;
    if (take_byte(in, '('))
        return read_inside(in, start, node);
    if (!take_word(in, "not"))
        return read_comparison(in, node);
    uint32_t inner;
    if (!deeper(in) || !read_factor(in, &inner))
        return false;
    in->depth--;
    *node = add_node(in->tree, (struct filter_node){.kind = FILTER_NOT, .left = inner});
    return true;
}

static bool read_and(struct input *in, uint32_t *node)
{
    uint32_t right;
    if (!read_factor(in, node))
        return false;
    while (take_word(in, "and")) {
        if (!read_factor(in, &right))
            return false;
        *node = add_node(in->tree, (struct filter_node){FILTER_AND, *node, right, 0});
    }
    return true;
}

static bool read_or(struct input *in, uint32_t *node)
{
    uint32_t right;
    if (!read_and(in, node))
        return false;
    while (take_word(in, "or")) {
        if (!read_and(in, &right))
            return false;
        *node = add_node(in->tree, (struct filter_node){FILTER_OR, *node, right, 0});
    }
    return true;
}

bool filter_tree_read(struct filter_tree *tree, struct text expression, struct error *why)
{
    struct input in = {.all = expression, .tree = tree, .why = why};
    *tree = (struct filter_tree){0};
    if (expression.len > FILTER_BYTES_MOST)
        return error_at(why, 1, "a filter is at most %d bytes long", FILTER_BYTES_MOST);
    if (!read_or(&in, &tree->root))
        return false;
    skip_space(&in);
    if (in.at == expression.len)
        return true;
    if (expression.at[in.at] == ')')
        return error_at(why, column(in.at), "this `)' has no `('");
    return refuse(&in, "`and', `or' or the end (a value with spaces is written in quotes)");
}
