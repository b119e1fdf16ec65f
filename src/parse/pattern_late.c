#include "parse/pattern_late.h"

#include "base/late.h"

struct pcre2_calls pcre2;

static const struct late_call calls[] = {
#define PCRE2_CALL(name) {"pcre2_" #name "_8", &pcre2.name},
    PCRE2_CALLS(PCRE2_CALL)
#undef PCRE2_CALL
};

static struct late library =
    LATE("libpcre2-8.so.0", "regular expressions cannot be used", calls, NULL);

bool pcre2_late(struct error *why)
{
    return late_load(&library, why);
}
