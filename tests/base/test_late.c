/* test_late.c - libraries that are loaded when they are needed. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>

#include "base/late.h"

static struct {
    double (*cos)(double);
    double (*sin)(double);
} math;

static const struct late_call calls[] = {{"cos", &math.cos}, {"sin", &math.sin}};
static atomic_int starts;

static bool start(void)
{
    return ++starts == 1;
}

static bool refuse(void)
{
    return false;
}

static void *load(void *library)
{
    return late_load(library, NULL) ? library : NULL;
}

Test(late, is_loaded_and_started_once_by_whoever_comes_first)
{
    static struct late library = LATE("libm.so.6", "nothing can be counted", calls, start);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, load, &library), 0);
    for (int i = 0; i < 4; i++) {
        void *loaded;
        pthread_join(threads[i], &loaded);
        cr_assert_not_null(loaded);
    }
    cr_assert_eq(starts, 1);
    cr_assert_eq(math.cos(0), 1);
    cr_assert_eq(math.sin(0), 0);
}

Test(late, says_what_cannot_be_done_and_why)
{
    static const struct late_call strange[] = {{"cos", &math.cos}, {"no_such_call", &math.sin}};
    static struct {
        struct late library;
        const char *file;
    } rows[] = {
        {LATE("libnowhere.so.9", "nothing can be counted", calls, NULL), "libnowhere.so.9"},
        {LATE("libm.so.6", "nothing can be counted", strange, NULL), "no_such_call"},
        {LATE("libm.so.6", "nothing can be counted", calls, refuse), "libm.so.6"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int again = 0; again < 2; again++) {
            struct error why = {0};
            cr_assert_not(late_load(&rows[i].library, &why));
            cr_assert(strstr(why.text, "nothing can be counted: ") == why.text, "%s", why.text);
            cr_assert(strstr(why.text, rows[i].file), "%s", why.text);
        }
}
