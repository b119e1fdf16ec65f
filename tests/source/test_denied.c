/* Why a file cannot be read. */
#include <criterion/criterion.h>

#include "source/denied.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/spate-denied-XXXXXX";
static char words[300];

static const char *explained(const char *path, int problem)
{
    denied_explain(path, problem, words, sizeof words);
    return words;
}

static void expect_all(const char *const *parts)
{
    for (; *parts; parts++)
        cr_expect(strstr(words, *parts) != NULL, "%s not in: %s", *parts, words);
}

Test(denied, tells_mode_owner_and_what_would_help)
{
    if (geteuid() != 0)
        cr_skip_test("only root can make files of others");
    char deep[64], log[64];
    cr_assert_not_null(mkdtemp(dir));
    snprintf(deep, sizeof deep, "%s/deep", dir);
    snprintf(log, sizeof log, "%s/deep/a.log", dir);
    cr_assert_eq(chmod(dir, 0755) + mkdir(deep, 0755), 0);
    close(open(log, O_CREAT | O_WRONLY, 0640));
    cr_assert_eq(chown(log, 0, 4), 0);
    cr_assert_eq(seteuid(65534), 0);
    explained(log, EACCES);
    expect_all((const char *[]){"Permission denied: it is -rw-r----- root:", "this is nobody",
                                " may read it", NULL});
    cr_expect(strstr(words, "group ") != NULL, "%s", words);
    cr_assert_eq(seteuid(0) + chmod(log, 0600) + seteuid(65534), 0);
    explained(log, EACCES);
    expect_all((const char *[]){"-rw------- root:", "only root may read it", NULL});
    cr_assert_eq(seteuid(0) + chmod(deep, 0700) + seteuid(65534), 0);
    explained(log, EACCES);
    expect_all((const char *[]){deep, "is drwx------ root:", "only root may enter it", NULL});
    cr_assert_eq(seteuid(0), 0);
    cr_assert_eq(unlink(log) + rmdir(deep) + rmdir(dir), 0);
}

Test(denied, tells_the_limit_of_open_files)
{
    explained("/x", EMFILE);
    expect_all((const char *[]){"Too many open files: at most ", "LimitNOFILE", NULL});
}

Test(denied, says_what_the_system_says_of_anything_else)
{
    cr_expect_str_eq(explained("/x", ENOENT), "No such file or directory");
    cr_expect_str_eq(explained("", EACCES), "Permission denied");
    cr_expect_str_eq(explained("relative/and/not/there", EACCES), "Permission denied");
    char tiny[8];
    denied_explain("/x", EMFILE, tiny, sizeof tiny);
    cr_expect_lt(strlen(tiny), sizeof tiny);
}
