/* main.c - the program: reads the command line, runs the command. */
#include <locale.h>
#include <signal.h>

#include "app/commands.h"
#include "app/output.h"
#include "base/hash.h"
#include "base/note.h"
#include "base/standard.h"
#include "base/version.h"

static int print(struct buf *text)
{
    bool written = output_write(text, -1);
    buf_done(text);
    return written ? EXIT_DONE : EXIT_FAILED;
}

static int run(struct settings *s)
{
    struct buf text = {0};
    if (s->version) {
        buf_str(&text, "spate " SPATE_VERSION "\n");
        return print(&text);
    }
    if (s->help) {
        help_text(&text, s->named ? s->command : NULL);
        return print(&text);
    }
    settings_find_logs(s);
    return s->command->run(s);
}

int main(int argc, char **argv)
{
    standard_hold();
    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of the write, told in words, */
    signal(SIGXFSZ, SIG_IGN); /* and so is a file that may not grow */
    hash_start();
    struct settings s;
    struct error why = {0};
    int code = EXIT_USAGE;
    if (settings_read(&s, argc, argv, &why))
        code = run(&s);
    else if (s.problems.len)
        buf_write(&s.problems, STDERR_FILENO); /* several lines, with carets */
    else
        note("%s", why.text);
    if (s.unreadable)
        code = EXIT_FAILED;
    settings_done(&s);
    return code;
}
