/* Filters taken apart: what each comparison says of itself, and the whole out of its parts. */
#include "parse/filter.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse/filter_entry.h"

static struct filter_comparison only(const char *expression, struct filter **keep)
{
    struct error why = {0};
    *keep = filter_new(text_of(expression), &why);
    cr_assert(*keep, "%s: %s", expression, why.text);
    cr_assert_eq(filter_comparisons(*keep), 1);
    return filter_comparison(*keep, 0);
}

Test(filter_comparison, says_what_every_match_of_a_pattern_holds)
{
    static const struct {
        const char *expression, *literal;
        bool first;
    } rows[] = {
        {"path ~ \"^/api/v1\"", "/api/v1", true},
        {"path ~ \"^/api/[a-z]*o\"", "/api/", true},
        {"path ~ \"[.](php|env)$\"", ".", false},
        {"path ~ \"wp-(login|admin)\"", "wp-", false},
        {"path ~ \"\\.git/config\"", ".git/config", false},
        {"path ~ \"a|b\"", "", false},
        {"path ~ \"^ab?c\"", "a", true},
        {"path ~ \"abc+d\"", "abc", false},
        {"path ~ \"\\d+/edit\"", "/edit", false},
        {"path ~ \"(?i)select\"", "", false},
        {"path ~ \"x{2,3}yz\"", "", false},
        {"path ~ \"[^a]b[c]d\"", "bcd", false},
        {"path ~ \"(ab)?cd\"", "cd", false},
        {"path ~ \"[[:alpha:]]x\"", "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct filter *f;
        struct filter_comparison c = only(rows[i].expression, &f);
        cr_expect(text_same(c.literal, text_of(rows[i].literal)), "%s: `%.*s'", rows[i].expression,
                  (int)c.literal.len, c.literal.at);
        cr_expect(!c.literal.len || c.literal_first == rows[i].first, "%s", rows[i].expression);
        cr_expect_eq(c.kind, COMPARED_PATTERN);
        filter_free(f);
    }
}

static uint64_t state = 3;

static unsigned below(unsigned limit)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(state >> 33) % limit;
}

static const char *make_pattern(void)
{
    static const char *const pieces[] = {"a",  "b",   "ab",   "^",    "$",     ".",    "?",  "*",
                                         "+",  "|",   "(",    ")",    "[a]",   "[ab]", "[^a]", "\\\\.",
                                         "\\\\w", "(a|b)", "(ab)?", "a?", "b+?", "ba",   "(b)*", "[]a]"};
    static char pattern[128];
    pattern[0] = 0;
    for (unsigned count = 1 + below(6); count; count--)
        strcat(pattern, pieces[below(sizeof pieces / sizeof *pieces)]);
    return pattern;
}

Test(filter_comparison, finds_its_literal_in_whatever_random_patterns_match)
{
    struct batch *b = batch_new();
    unsigned matched = 0;
    for (unsigned round = 0; round < 20000; round++) {
        char expression[160], subject[9];
        snprintf(expression, sizeof expression, "path ~ \"%s\"", make_pattern());
        struct filter *f = filter_new(text_of(expression), NULL);
        if (!f)
            continue;
        struct filter_comparison c = filter_comparison(f, 0);
        for (unsigned text = 0; text < 20; text++) {
            struct entry e = {.has = 0};
            unsigned len = below(8);
            for (unsigned i = 0; i < len; i++)
                subject[i] = "ab.]"[below(4)];
            b->used = 0;
            put_text(b, &e, FIELD_PATH, text_make(subject, len));
            if (!filter_holds(f, 0, b, &e))
                continue;
            matched++;
            const char *found = c.literal.len ? memmem(subject, len, c.literal.at, c.literal.len) : subject;
            cr_assert(found && (!c.literal_first || found == subject), "%s matches `%.*s' without `%.*s'", expression,
                      (int)len, subject, (int)c.literal.len, c.literal.at);
        }
        filter_free(f);
    }
    cr_assert_gt(matched, 20000, "%u", matched);
    batch_free(b);
}

Test(filter_comparison, decides_the_same_out_of_its_parts)
{
    static const char *const expressions[] = {
        "section = /b", "not section = /b and status >= 400", "section = /a or method = POST and bytes > 10",
        "not (status = 5xx or path ~ \"^/a\") and section != /c", "status < 300 and not host ~ \":\"",
    };
    struct batch *b = batch_new();
    for (unsigned round = 0; round < 2000; round++) {
        struct entry e = {.has = 0};
        b->used = 0;
        if (below(4))
            put_text(b, &e, FIELD_SECTION, text_of((const char *[]){"/a", "/b", "/c"}[below(3)]));
        if (below(4))
            put_text(b, &e, FIELD_METHOD, text_of(below(2) ? "POST" : "GET"));
        if (below(4))
            put_text(b, &e, FIELD_HOST, text_of(below(2) ? "::1" : "10.0.0.1"));
        if (below(4))
            put_text(b, &e, FIELD_PATH, text_of(below(2) ? "/a/x" : "/b"));
        if (below(4))
            put_status(&e, (uint16_t)(200 + 100 * below(4)));
        if (below(4))
            entry_set_number(&e, FIELD_BYTES, below(20));
        for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
            struct filter *f = filter_new(text_of(expressions[i]), NULL);
            uint8_t held[8];
            uint32_t places[8];
            for (uint32_t k = 0; k < filter_comparisons(f); k++) {
                places[k] = (k + 3) % 8;
                held[places[k]] = filter_holds(f, k, b, &e);
            }
            cr_assert_eq(filter_decide(f, held, places), filter_matches(f, b, &e), "%s", expressions[i]);
            filter_free(f);
        }
    }
    batch_free(b);
}
