#include "render/curses/curses_late.h"

#include "base/late.h"
#include "render/curses/terminfo_late.h"

struct curses_calls curses;
struct terminfo_calls terminfo;

static const struct late_call calls[] = {
#define CURSES_NAME(name) {#name, &curses.name},
    CURSES_CALLS(CURSES_NAME) CURSES_VARIABLES(CURSES_NAME)
#undef CURSES_NAME
#define TERMINFO_NAME(name) {#name, &terminfo.name},
        TERMINFO_NAMES(TERMINFO_NAME)
#undef TERMINFO_NAME
};

static struct late library = LATE("libncursesw.so.6", "the console cannot be shown", calls, NULL);

bool curses_late(struct error *why)
{
    return late_load(&library, why);
}
