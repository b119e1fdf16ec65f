#include "loggen/words.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* In order of popularity. The rest of a large site is made of the words below. */
static const struct section_name sections[] = {
    {"", SECTION_PAGES},         {"static", SECTION_ASSETS},   {"blog", SECTION_PAGES},
    {"api", SECTION_API},        {"images", SECTION_ASSETS},   {"products", SECTION_PAGES},
    {"assets", SECTION_ASSETS},  {"search", SECTION_PAGES},    {"docs", SECTION_PAGES},
    {"news", SECTION_PAGES},     {"css", SECTION_ASSETS},      {"account", SECTION_ADMIN},
    {"category", SECTION_PAGES}, {"js", SECTION_ASSETS},       {"users", SECTION_PAGES},
    {"forum", SECTION_PAGES},    {"media", SECTION_ASSETS},    {"cart", SECTION_PAGES},
    {"v1", SECTION_API},         {"wiki", SECTION_PAGES},      {"downloads", SECTION_ASSETS},
    {"help", SECTION_PAGES},     {"tags", SECTION_PAGES},      {"admin", SECTION_ADMIN},
    {"events", SECTION_PAGES},   {"graphql", SECTION_API},     {"fonts", SECTION_ASSETS},
    {"support", SECTION_PAGES},  {"archive", SECTION_PAGES},   {"presentations", SECTION_PAGES},
    {"projects", SECTION_PAGES}, {"en", SECTION_PAGES},        {"de", SECTION_PAGES},
    {"fr", SECTION_PAGES},       {"thumbs", SECTION_ASSETS},   {"checkout", SECTION_PAGES},
    {"jobs", SECTION_PAGES},     {"about", SECTION_PAGES},     {"reviews", SECTION_PAGES},
    {"gallery", SECTION_PAGES},  {"v2", SECTION_API},          {"stories", SECTION_PAGES},
    {"courses", SECTION_PAGES},  {"pricing", SECTION_PAGES},   {"community", SECTION_PAGES},
    {"video", SECTION_ASSETS},   {"recipes", SECTION_PAGES},   {"partners", SECTION_PAGES},
    {"feeds", SECTION_API},      {"legal", SECTION_PAGES},     {"shop", SECTION_PAGES},
    {"press", SECTION_PAGES},    {"dashboard", SECTION_ADMIN}, {"tools", SECTION_PAGES},
    {"themes", SECTION_ASSETS},  {"maps", SECTION_PAGES},      {"research", SECTION_PAGES},
    {"library", SECTION_PAGES},  {"webhooks", SECTION_API},    {"status", SECTION_PAGES},
    {"contact", SECTION_PAGES},  {"offers", SECTION_PAGES},    {"guides", SECTION_PAGES},
    {"plugins", SECTION_ASSETS},
};

static const char *const words[64] = {
    "alpine", "amber",  "anchor",  "autumn", "basic",  "blue",    "border", "bridge",
    "bright", "canvas", "carbon",  "cedar",  "city",   "classic", "cloud",  "copper",
    "coral",  "desert", "double",  "early",  "field",  "first",   "forest", "garden",
    "glass",  "golden", "granite", "green",  "harbor", "hidden",  "high",   "island",
    "kettle", "lake",   "lamp",    "linen",  "little", "lunar",   "maple",  "marble",
    "market", "meadow", "modern",  "north",  "ocean",  "olive",   "open",   "paper",
    "pocket", "quiet",  "rapid",   "river",  "rocket", "silver",  "simple", "solar",
    "stone",  "summer", "tidal",   "travel", "urban",  "velvet",  "winter", "yellow",
};

const char *words_one(uint32_t number)
{
    return words[number % COUNT(words)];
}

static void three(struct buf *out, uint32_t digits, int count)
{
    for (int i = 0; i < count; i++) {
        if (i > 0)
            buf_byte(out, '-');
        buf_str(out, words[(digits >> (6 * i)) & 63]);
    }
}

void words_slug(struct buf *out, uint32_t number, uint32_t salt)
{
    /* An odd factor is a bijection of the residues, so numbers stay distinct. */
    if (number < 1U << 12) {
        three(out, (number * 2741 + salt) & 0xfff, 2);
        return;
    }
    three(out, (number * 123457 + salt) & 0x3ffff, 3);
    if (number >= 1U << 18) {
        buf_byte(out, '-');
        buf_u64(out, number);
    }
}

enum section_kind words_section(struct buf *out, uint32_t rank)
{
    if (rank < COUNT(sections)) {
        buf_str(out, sections[rank].name);
        return sections[rank].kind;
    }
    words_slug(out, rank - (uint32_t)COUNT(sections), 0);
    return rank % 7 == 3 ? SECTION_ASSETS : rank % 29 == 5 ? SECTION_API : SECTION_PAGES;
}
