/* Reading files once. */
#include <criterion/criterion.h>

#include "base/buf.h"
#include "base/mem.h"
#include "source/reader.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

static char dir[] = "/tmp/spate-reader-XXXXXX";
static char path[64];
static struct batch *batch;

static void set_up(void)
{
    cr_assert_not_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/log", dir);
    batch = batch_new();
}

static void tear_down(void)
{
    batch_free(batch);
    unlink(path);
    rmdir(dir);
}

TestSuite(reader, .init = set_up, .fini = tear_down);

static void save(const void *bytes, size_t len)
{
    FILE *f = fopen(path, "w");
    cr_assert_not_null(f);
    cr_assert_eq(fwrite(bytes, 1, len, f), len);
    cr_assert_eq(fclose(f), 0);
}

static size_t gzip(const void *bytes, size_t len, unsigned char *into, size_t room)
{
    z_stream z = {0};
    cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)bytes;
    z.avail_in = (unsigned)len;
    z.next_out = into;
    z.avail_out = (unsigned)room;
    cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

/* Lines "0\n", "1\n" ... */
static void make_lines(struct buf *b, int count)
{
    for (int i = 0; i < count; i++)
        buf_printf(b, "%d\n", i);
}

/* Reads what is left; true when it ended well. */
static bool read_rest(struct reader *r, struct buf *out, struct error *why)
{
    enum reader_result result;
    while ((result = reader_fill(r, batch, why)) == READER_LINES) {
        buf_add(out, text_make(batch->bytes, batch->used));
        batch_clear(batch);
    }
    return result == READER_END;
}

static void expect_contents(struct text want)
{
    struct error why = {0};
    struct buf got = {0};
    struct reader *r = reader_open(path, &why);
    cr_assert_not_null(r, "%s", why.text);
    cr_expect(read_rest(r, &got, &why), "%s", why.text);
    cr_expect(text_same(buf_text(&got), want));
    reader_close(r);
    buf_done(&got);
}

Test(reader, plain_files_with_and_without_a_last_end)
{
    struct buf b = {0};
    make_lines(&b, 200000);
    save(b.at, b.len);
    expect_contents(buf_text(&b));
    save(b.at, b.len - 1);
    expect_contents(text_make(b.at, b.len - 1));
    save("", 0);
    expect_contents(TEXT(""));
    buf_done(&b);
}

Test(reader, several_gzip_members_and_padding)
{
    static unsigned char packed[4096];
    size_t len = gzip("a\nb", 3, packed, sizeof packed);
    len += gzip("c\nd\n", 4, packed + len, sizeof packed - len);
    save(packed, len);
    expect_contents(TEXT("a\nbc\nd\n"));
    save(packed, len + 512); /* zeros, as tape drives leave them */
    expect_contents(TEXT("a\nbc\nd\n"));
}

Test(reader, several_zstd_frames)
{
    static char packed[4096];
    size_t len = ZSTD_compress(packed, sizeof packed, "a\nb", 3, 3);
    len += ZSTD_compress(packed + len, sizeof packed - len, "c\nd\n", 4, 3);
    save(packed, len);
    expect_contents(TEXT("a\nbc\nd\n"));
}

static void expect_damage(const void *bytes, size_t len)
{
    struct error why = {0};
    struct buf got = {0};
    save(bytes, len);
    struct reader *r = reader_open(path, &why);
    cr_assert_not_null(r);
    cr_expect_not(read_rest(r, &got, &why));
    cr_expect(strstr(why.text, path) && strstr(why.text, "damaged"), "%s", why.text);
    cr_expect_gt(got.len, 100000, "what came before the damage is handed on");
    cr_expect_eq(got.at[got.len - 1], '\n');
    reader_close(r);
    buf_done(&got);
}

Test(reader, damaged_compressed_files_say_so)
{
    struct buf b = {0};
    make_lines(&b, 300000);
    size_t room = b.len + 100000;
    unsigned char *packed = mem_new(room, 1);
    size_t len = gzip(b.at, b.len, packed, room);
    expect_damage(packed, len - 1000);
    memset(packed + len * 3 / 4, 0xff, 100);
    expect_damage(packed, len);
    len = ZSTD_compress(packed, room, b.at, b.len, 3);
    expect_damage(packed, len - 100);
    free(packed);
    buf_done(&b);
}

Test(reader, a_wrong_sum_at_the_end_loses_no_lines)
{
    struct buf b = {0};
    struct error why = {0};
    struct buf got = {0};
    make_lines(&b, 1000);
    unsigned char packed[8192];
    size_t len = gzip(b.at, b.len, packed, sizeof packed);
    memset(packed + len - 8, 0, 4);
    save(packed, len);
    struct reader *r = reader_open(path, &why);
    cr_assert_not_null(r);
    cr_expect_not(read_rest(r, &got, &why));
    cr_expect(strstr(why.text, "damaged"), "%s", why.text);
    cr_expect(text_same(buf_text(&got), buf_text(&b)), "%zu bytes of %zu", got.len, b.len);
    reader_close(r);
    buf_done(&got);
    buf_done(&b);
}

Test(reader, says_what_it_does_not_read_and_what_makes_a_log_of_it)
{
    static const struct {
        const char *start, *said;
    } rows[] = {
        {"\xfd"
         "7zXZ\x01",
         "`xz -dc`"},
        {"BZh91AY&SY", "`bzip2 -dc`"},
        {"\x04\"M\x18", "`lz4 -dc`"},
        {"PK\x03\x04\x14", "`unzip -p`"},
        {"\xff\xfe"
         "1",
         "UTF-16"},
        {"\xfe\xff"
         "1",
         "UTF-16"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error why = {0};
        save(rows[i].start, strlen(rows[i].start));
        cr_expect_null(reader_open(path, &why));
        cr_expect(strstr(why.text, rows[i].said) && strstr(why.text, path), "%s", why.text);
    }
    save("BZ\n", 3);
    expect_contents(TEXT("BZ\n"));
}

/* Cut anywhere into ranges, each line is in exactly one. */
Test(reader, ranges_share_the_lines_out)
{
    struct buf b = {0};
    struct error why = {0};
    make_lines(&b, 300);
    save(b.at, b.len - 1);
    for (uint64_t cut = 0; cut <= b.len + 1; cut++) {
        struct buf got = {0};
        uint64_t bounds[] = {0, cut / 2, cut, UINT64_MAX};
        for (int i = 0; i < 3; i++) {
            struct reader *r = reader_open(path, &why);
            reader_range(r, bounds[i], bounds[i + 1]);
            cr_assert(read_rest(r, &got, &why));
            reader_close(r);
        }
        cr_assert(text_same(buf_text(&got), text_make(b.at, b.len - 1)), "cut at %d", (int)cut);
        buf_done(&got);
    }
    buf_done(&b);
}

Test(reader, ranges_around_a_line_longer_than_a_batch)
{
    struct buf b = {0}, got = {0};
    struct error why = {0};
    buf_str(&b, "first\n");
    buf_fill(&b, 'x', 700000);
    buf_str(&b, "\nlast\n");
    save(b.at, b.len);
    uint64_t bounds[] = {0, 3, 300000, 600000, 700007, UINT64_MAX};
    for (int i = 0; i < 5; i++) {
        struct reader *r = reader_open(path, &why);
        reader_range(r, bounds[i], bounds[i + 1]);
        cr_assert(read_rest(r, &got, &why));
        reader_close(r);
    }
    cr_expect_eq(got.len, 6 + LINE_LIMIT + 1 + 5);
    cr_expect_arr_eq(got.at + got.len - 6, "\nlast\n", 6);
    buf_done(&b);
    buf_done(&got);
}

Test(reader, pipes_are_gathered_into_large_batches)
{
    struct error why = {0};
    struct buf got = {0};
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    for (int i = 0; i < 60000; i += 8)
        cr_assert_eq(write(ends[1], "a line.\n", 8), 8);
    close(ends[1]);
    struct reader *r = reader_open("-", &why);
    cr_assert_not_null(r);
    cr_expect_not(reader_can_seek(r));
    cr_expect(read_rest(r, &got, &why));
    cr_expect_eq(got.len, 60000);
    reader_close(r);
    buf_done(&got);
}

Test(reader, compressed_standard_input_and_one_that_is_short)
{
    static const struct {
        struct text bytes;
        bool packed;
    } rows[] = {{{"a\nb\n", 4}, true}, {{"a", 1}, false}, {{"", 0}, false}, {{"\x1f", 1}, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        static unsigned char packed[512];
        struct error why = {0};
        struct buf got = {0};
        int ends[2];
        cr_assert_eq(pipe(ends), 0);
        cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
        close(ends[0]);
        size_t len = rows[i].bytes.len;
        memcpy(packed, rows[i].bytes.at, len);
        if (rows[i].packed)
            len = gzip(rows[i].bytes.at, rows[i].bytes.len, packed, sizeof packed);
        cr_assert_eq(write(ends[1], packed, len), (ssize_t)len);
        close(ends[1]);
        struct reader *r = reader_open("-", &why);
        cr_assert_not_null(r);
        cr_expect(read_rest(r, &got, &why));
        cr_expect(text_same(buf_text(&got), rows[i].bytes), "row %zu", i);
        reader_close(r);
        buf_done(&got);
    }
}

Test(reader, what_cannot_be_opened_is_explained_safely)
{
    struct error why = {0};
    cr_expect_null(reader_open("/nonexistent/\033[31m", &why));
    cr_expect_null(strchr(why.text, '\033'));
    cr_expect(strstr(why.text, "No such file") != NULL, "%s", why.text);
    cr_expect_null(reader_open(dir, &why));
    cr_expect(strstr(why.text, "directory") != NULL, "%s", why.text);
}

static bool second_of(void *ctx, struct text line, int64_t *second)
{
    (void)ctx;
    uint64_t value;
    bool is = text_to_u64(line, &value);
    *second = is ? (int64_t)value : 0;
    return is;
}

Test(reader, finds_a_time_by_bisection)
{
    struct buf b = {0};
    struct error why = {0};
    for (int i = 0; i < 300000; i++)
        buf_printf(&b, i % 100 ? "%d\n" : "no time\n", 1000 + i - i % 7 * 2);
    save(b.at, b.len);
    struct reader *r = reader_open(path, &why);
    for (int64_t second = 500; second < 302000; second += 997) {
        uint64_t place;
        cr_assert(reader_seek_time(r, second, 12, second_of, NULL, &place));
        cr_assert(place == 0 || b.at[place - 1] == '\n');
        struct text before = text_make(b.at, place), line;
        before = text_cut(before, before.len > 20000 ? before.len - 20000 : 0, before.len);
        int64_t found, first = INT64_MAX;
        while (text_split(&before, '\n', &line))
            if (second_of(NULL, line, &found))
                cr_assert_lt(found, second, "a line before the place is missed");
        struct text after = text_make(b.at + place, b.len - place);
        for (int i = 0; i < 60 && text_split(&after, '\n', &line); i++)
            if (second_of(NULL, line, &found) && found >= second && i < first)
                first = i;
        cr_assert(first < 60 || second > 300900, "the place is far too early for %d", (int)second);
    }
    reader_close(r);
    save("no\ntime\n", 8);
    r = reader_open(path, &why);
    uint64_t place;
    cr_expect_not(reader_seek_time(r, 5, 1, second_of, NULL, &place));
    reader_close(r);
    buf_done(&b);
}

/* One line ahead of thousands that are older by less than the slack. */
Test(reader, a_time_is_found_before_a_long_run_of_older_lines)
{
    struct buf b = {0};
    struct error why = {0};
    uint64_t place;
    for (int i = 0; i < 100000; i++)
        buf_printf(&b, "%d\n", i == 30000 ? 2000 : i < 30000 ? 1000 : i < 90000 ? 1995 : 2005);
    save(b.at, b.len);
    struct reader *r = reader_open(path, &why);
    cr_assert(reader_seek_time(r, 2000, 10, second_of, NULL, &place));
    cr_expect_leq(place, 30000 * 5);
    cr_expect_geq(place, 29000 * 5);
    reader_close(r);
    buf_done(&b);
}

/* Mostly holes: reading all of it would take a while, a bisection touches few places. */
Test(reader, a_file_of_several_gigabytes_opens_near_its_end_at_once)
{
    struct error why = {0};
    const off_t size = (off_t)5 << 30, step = 512 * 1024;
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    for (off_t at = 0; at < size; at += step) {
        char line[64];
        int len = snprintf(line, sizeof line, "\n%lld\n", (long long)(at / step));
        cr_assert_eq(pwrite(fd, line, (size_t)len, at), len);
    }
    close(fd);
    struct reader *r = reader_open(path, &why);
    uint64_t place, wanted = 10000;
    cr_assert(reader_seek_time(r, (int64_t)wanted, 0, second_of, NULL, &place));
    cr_expect_gt(place, (wanted - 2) * (uint64_t)step);
    cr_expect_leq(place, wanted * (uint64_t)step + 1);
    reader_close(r);
}
