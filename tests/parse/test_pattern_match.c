#include "parse/pattern_match.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

static struct pattern_match *made(const char *pattern)
{
    struct error why = {0};
    struct pattern_match *p = pattern_match_new(text_of(pattern), &why);
    cr_assert(p, "%s", why.text);
    return p;
}

Test(pattern_match, finds_anywhere_and_in_any_bytes)
{
    static const struct {
        const char *pattern;
        struct text subject;
        bool want;
    } rows[] = {
        {"b", {"abc", 3}, true},
        {"^b", {"abc", 3}, false},
        {"", {"", 0}, true},
        {"^$", {NULL, 0}, true},
        {"x\\x00y", {"x\0y", 3}, true},
        {"^.$", {"\xc3\xa9", 2}, false},
        {"\\xff", {"\xfe\xff", 2}, true},
        {"(?i)ABC", {"xabcx", 5}, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pattern_match *p = made(rows[i].pattern);
        cr_expect_eq(pattern_match_in(p, rows[i].subject), rows[i].want, "%s", rows[i].pattern);
        pattern_match_free(p);
    }
}

Test(pattern_match, refuses_with_the_place)
{
    static const struct {
        const char *pattern;
        unsigned column;
    } rows[] = {{"(", 2}, {"a[z-a]", 5}, {"*", 1}, {"(*UTF)a", 7}, {"(?<n>a)(?<n>b)", 13}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error why = {0};
        struct pattern_match *p = pattern_match_new(text_of(rows[i].pattern), &why);
        cr_expect_null(p);
        cr_expect_eq(why.column, rows[i].column, "%s: %u", rows[i].pattern, why.column);
        cr_expect(strstr(why.text, "is no regular expression"));
    }
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

Test(pattern_match, gives_up_an_endless_match_and_then_the_pattern, .init = cr_redirect_stderr)
{
    struct pattern_match *p = made("(a+)+$");
    char subject[5000];
    memset(subject, 'a', sizeof subject);
    subject[sizeof subject - 1] = 'b';
    int64_t start = now_ms();
    cr_expect(pattern_match_in(p, TEXT("aaa")));
    int asked = 0;
    while (!pattern_match_is_off(p) && asked++ < 1000)
        cr_expect_not(pattern_match_in(p, text_make(subject, sizeof subject)));
    cr_expect(pattern_match_is_off(p));
    cr_expect_leq(asked, 11);
    cr_expect_lt(now_ms() - start, 1500, "%d matches took %d ms", asked, (int)(now_ms() - start));
    cr_expect_not(pattern_match_in(p, TEXT("aaa")), "what is off matches nothing");
    pattern_match_free(p);
}

Test(pattern_match, stays_on_while_bad_lines_are_rare, .init = cr_redirect_stderr)
{
    struct pattern_match *p = made("(a+)+$");
    char subject[200];
    memset(subject, 'a', sizeof subject);
    subject[sizeof subject - 1] = 'b';
    for (int i = 0; i < 30; i++) {
        cr_assert_not(pattern_match_in(p, text_make(subject, sizeof subject)));
        for (int good = 0; good < 1100; good++)
            cr_assert(pattern_match_in(p, TEXT("a")));
    }
    cr_expect_not(pattern_match_is_off(p));
    pattern_match_free(p);
}

static void *ask(void *arg)
{
    size_t found = 0;
    for (int i = 0; i < 2000; i++)
        found += pattern_match_in(arg, i % 2 ? TEXT("/api/login") : TEXT("/static/x"));
    return (void *)found;
}

Test(pattern_match, serves_several_threads_at_once)
{
    struct pattern_match *p = made("^/api/(login|logout)$");
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, ask, p), 0);
    for (int i = 0; i < 3; i++) {
        void *found;
        pthread_join(threads[i], &found);
        cr_expect_eq((size_t)found, 1000);
    }
    pattern_match_free(p);
}
