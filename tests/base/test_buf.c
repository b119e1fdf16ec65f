#include "base/buf.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void check(struct buf *b, const char *want)
{
    cr_expect(text_same(buf_text(b), text_of(want)), "\"%.*s\", not \"%s\"", (int)b->len, b->at,
              want);
}

Test(buf, appends_in_every_way)
{
    struct buf b;
    buf_init(&b);
    buf_add(&b, (struct text){0});
    cr_expect_eq(b.len, 0);
    buf_add(&b, TEXT("a"));
    buf_str(&b, "bc");
    buf_byte(&b, '-');
    buf_fill(&b, '=', 3);
    buf_fill(&b, 'x', 0);
    buf_u64(&b, 0);
    buf_byte(&b, ' ');
    buf_u64(&b, UINT64_MAX);
    buf_printf(&b, "%s%d", "!", 7);
    check(&b, "abc-===0 18446744073709551615!7");
    buf_clear(&b);
    check(&b, "");
    buf_done(&b);
    buf_done(&b);
    buf_done(NULL);
}

Test(buf, prints_text_longer_than_the_room)
{
    static char long_text[5000];
    memset(long_text, 'y', sizeof long_text - 1);
    struct buf b = {0};
    for (size_t len = 110; len < 140; len++) { /* around the room it first asks for */
        buf_clear(&b);
        buf_printf(&b, "%.*s", (int)len, long_text);
        cr_assert_eq(b.len, len);
        cr_assert_eq(b.at[len - 1], 'y');
    }
    buf_printf(&b, "<%s>", long_text);
    cr_expect_eq(b.len, 139 + 2 + 4999);
    cr_expect_eq(b.at[b.len - 1], '>');
    buf_done(&b);
}

Test(buf, grows_byte_by_byte)
{
    struct buf b = {0};
    for (int i = 0; i < 100000; i++)
        buf_byte(&b, (char)i);
    cr_expect_eq(b.len, 100000);
    for (int i = 0; i < 100000; i++)
        cr_assert_eq(b.at[i], (char)i);
    cr_expect_lt(b.cap, 400000);
    buf_done(&b);
}

Test(buf, gives_room_to_write_into)
{
    struct buf b = {0};
    cr_assert_not_null(buf_room(&b, 0));
    char *room = buf_room(&b, 1000);
    memset(room, 'r', 1001); /* one to spare */
    b.len += 1000;
    cr_expect_eq(buf_text(&b).len, 1000);
    buf_done(&b);
}

static void *drain(void *fd)
{
    static char got[1 << 20];
    size_t len = 0;
    ssize_t n;
    while ((n = read(*(int *)fd, got + len, sizeof got - len)) > 0)
        len += (size_t)n;
    for (size_t i = 0; i < len; i++)
        if (got[i] != (char)(i * 7))
            return NULL;
    return (void *)len;
}

static void write_all(int flags)
{
    int ends[2];
    cr_assert_eq(pipe2(ends, 0), 0);
    cr_assert_eq(fcntl(ends[1], F_SETFL, flags), 0);
    struct buf b = {0};
    for (size_t i = 0; i < 500000; i++)
        buf_byte(&b, (char)(i * 7));
    pthread_t reader;
    cr_assert_eq(pthread_create(&reader, NULL, drain, &ends[0]), 0);
    cr_expect(buf_write(&b, ends[1]));
    cr_expect_eq(b.len, 0);
    close(ends[1]);
    void *len;
    pthread_join(reader, &len);
    cr_expect_eq((size_t)len, 500000);
    close(ends[0]);
    buf_done(&b);
}

Test(buf, writes_more_than_a_pipe_holds)
{
    write_all(0);
}

Test(buf, writes_to_a_descriptor_that_does_not_block)
{
    write_all(O_NONBLOCK);
}

Test(buf, says_when_it_cannot_write)
{
    struct buf b = {0};
    buf_str(&b, "x");
    int full = open("/dev/full", O_WRONLY);
    cr_expect_not(buf_write(&b, full));
    cr_expect_eq(errno, ENOSPC);
    cr_expect_eq(b.len, 0);
    close(full);

    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    buf_str(&b, "x");
    cr_expect_not(buf_write(&b, ends[1]));
    cr_expect_eq(errno, EPIPE);
    close(ends[1]);
    cr_expect(buf_write(&b, -1), "nothing to write is no failure");
    buf_done(&b);
}
