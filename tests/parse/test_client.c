/* test_client.c - which address counts as the client's. */
#include "parse/client.h"
#include "parser_case.h"

Test(client, is_the_first_address_of_the_list)
{
    static const struct {
        const char *list, *address;
    } rows[] = {
        {"198.51.100.4", "198.51.100.4"},
        {"198.51.100.4, 203.0.113.9", "198.51.100.4"},
        {" 198.51.100.4,203.0.113.9", "198.51.100.4"},
        {"unknown, 203.0.113.9:4711", "203.0.113.9"},
        {"_hidden,[2001:db8::7]:443, 203.0.113.9", "2001:db8::7"},
        {"[2001:db8::7]", "2001:db8::7"},
        {"2001:db8::7", "2001:db8::7"},
        {"::ffff:203.0.113.9", "::ffff:203.0.113.9"},
        {",,203.0.113.9", "203.0.113.9"},
        {"a.example", ""},
        {"300.1.1.1, 1.2.3, 1.2.3.4.5", ""},
        {"[203.0.113.9], [::1", "::1"},
        {"203.0.113.9 203.0.113.10", ""},
        {"-", ""},
        {"", ""},
        {"2001:0db8:0000:0000:0000:0000:0000:0007:0000:0000:0000:0000", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text got = client_address(text_of(rows[i].list));
        cr_expect(text_same(got, text_of(rows[i].address)), "%s: %.*s", rows[i].list, (int)got.len,
                  got.at);
    }
}

static void expect_hosts(struct parser_case *c, const char *const hosts[], size_t count)
{
    cr_assert_eq(c->batch->count, count);
    for (size_t i = 0; i < count; i++) {
        const struct entry *e = &c->batch->entries[i];
        bool has = e->has & FIELD_BIT(FIELD_HOST);
        struct text got = has ? batch_text(c->batch, e, FIELD_HOST) : TEXT("nothing");
        cr_expect(text_same(got, text_of(hosts[i])), "line %zu: %.*s, not %s", i + 1, (int)got.len,
                  got.at, hosts[i]);
        cr_expect(!has || !(e->null & FIELD_BIT(FIELD_HOST)));
    }
}

#define SPEC             "$remote_addr [$time_local] $status \"$http_x_forwarded_for\""
#define LINE(host, list) host " [10/Oct/2000:13:55:36 -0700] 200 \"" list "\"\n"
#define LOG                                                                                        \
    LINE("192.0.2.7", "198.51.100.4, 203.0.113.9")                                                 \
    LINE("192.0.2.7", "-") LINE("-", "unknown") LINE("-", "::1")

Test(client, is_the_peer_unless_the_forwarded_one_is_asked_for)
{
    static const char *const peers[] = {"192.0.2.7", "192.0.2.7", "nothing", "nothing"};
    static const char *const forwarded[] = {"198.51.100.4", "192.0.2.7", "nothing", "::1"};
    struct parser_case c = parser_case_open(SPEC);
    parser_case_run(&c, LOG);
    expect_hosts(&c, peers, 4);
    formats_prefer_forwarded(c.formats);
    parser_case_run(&c, LOG);
    expect_hosts(&c, forwarded, 4);

    /* A parser that is asked for the host alone finds the list by itself; line by line too. */
    parser_free(c.parser);
    c.parser = parser_new(c.formats, FIELD_BIT(FIELD_HOST));
    parser_case_run(&c, LOG);
    expect_hosts(&c, forwarded, 4);
    parser_want(c.parser, FIELD_BIT(FIELD_HOST)); /* as a live run does before each batch */
    parser_case_run(&c, LOG);
    expect_hosts(&c, forwarded, 4);
    struct entry e;
    struct reject why;
    struct span line = {0, (uint32_t)strlen(LINE("192.0.2.7", "198.51.100.4, 203.0.113.9")) - 1};
    parser_begin(c.parser, c.batch);
    cr_assert_eq(parser_read(c.parser, c.batch, line, &e, &why), PARSER_HIT);
    cr_expect(text_same(batch_text(c.batch, &e, FIELD_HOST), TEXT("198.51.100.4")));
    parser_case_close(&c);
}
