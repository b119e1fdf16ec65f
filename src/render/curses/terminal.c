/* terminal.c - see terminal.h. */
#include "render/curses/terminal.h"

#include "base/mem.h"
#include "base/note.h"
#include "render/curses/rescue.h"
#include "render/curses/terminfo_late.h"
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { ESCAPE_MS = 25 }; /* how long an ESC may be the beginning of a key's sequence */

struct terminal {
    SCREEN *screen;
    FILE *keyboard; /* stdin, or the controlling terminal where stdin is a log */
    int signal_pipe[2];
    locale_t locale;
    bool ascii, colours;
};

static const int handled[] = {SIGWINCH, SIGTSTP, SIGCONT};
enum { HANDLED = sizeof(handled) / sizeof(handled[0]) };
static struct sigaction before[HANDLED];
static volatile sig_atomic_t signal_fd = -1;

static void on_signal(int number)
{
    int kept = errno;
    char byte = (char)number;
    /* A full pipe has told enough already. */
    ssize_t done = write(signal_fd, &byte, 1);
    (void)done;
    errno = kept;
}

/* Before curses starts: it leaves alone what has a handler. What was ignored stays so. */
static void take_signals(struct terminal *t)
{
    signal_fd = t->signal_pipe[1];
    struct sigaction ours = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    for (unsigned i = 0; i < HANDLED; i++) {
        sigaction(handled[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN || handled[i] == SIGWINCH)
            sigaction(handled[i], &ours, NULL);
    }
}

static void give_signals_back(void)
{
    for (unsigned i = 0; i < HANDLED; i++)
        sigaction(handled[i], &before[i], NULL);
}

/* The user's letters, for this thread alone: other threads are at work already. Where no language
 * is set (a container, a bare session) the terminal still knows UTF-8. */
static void choose_letters(struct terminal *t, bool ascii)
{
    const char *name = NULL;
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (unsigned i = 0; i < 3 && !(name && *name); i++)
        name = getenv(names[i]);
    bool none = !name || !*name || strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0;
    t->locale = newlocale(LC_CTYPE_MASK, none ? "C.UTF-8" : "", (locale_t)0);
    if (!t->locale) /* a name that is not installed */
        t->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (t->locale)
        uselocale(t->locale);
    t->ascii = ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

static bool open_keyboard(struct terminal *t, struct error *why)
{
    t->keyboard = isatty(STDIN_FILENO) ? stdin : fopen("/dev/tty", "re");
    if (!t->keyboard)
        return error_set(why,
                         "the console needs a keyboard, and there is no terminal: %s "
                         "(--headless needs none)",
                         strerror(errno));
    return true;
}

/* curses itself would end the program, or draw nonsense, on a terminal that cannot do this. */
static bool check_terminal(struct error *why)
{
    const char *name = getenv("TERM");
    int result = 0;
    if (!isatty(STDOUT_FILENO))
        return error_set(why,
                         "the console needs a terminal on standard output (--headless needs none)");
    if (!name || !*name)
        return error_set(
            why, "the console needs to know the terminal: TERM is not set (--headless needs none)");
    if (!curses_late(why))
        return false;
    if (terminfo.setupterm(NULL, STDOUT_FILENO, &result) != OK)
        return error_set(
            why, "the terminal \"%.80s\" (TERM) is not known here (--headless needs none)", name);
    const char *move = terminfo.tigetstr("cup");
    bool able = move && move != (char *)-1;
    terminfo.del_curterm(*terminfo.cur_term);
    if (!able)
        return error_set(
            why, "the terminal \"%.80s\" (TERM) cannot place the cursor (--headless needs none)",
            name);
    return true;
}

static struct rescue collected; /* tputs() calls back without a context */

static int collect(int byte)
{
    if (collected.sequence_len < RESCUE_SEQUENCE)
        collected.sequence[collected.sequence_len++] = (char)byte;
    return byte;
}

/* What ends a console, in the words of this terminal. */
static void prepare_rescue(const struct termios *settings)
{
    static const char *const names[] = {"sgr0", "op", "rmkx", "cnorm", "rmcup"};
    collected = (struct rescue){.fd = STDOUT_FILENO, .settings = *settings};
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *sequence = terminfo.tigetstr(names[i]);
        if (sequence && sequence != (char *)-1)
            terminfo.tputs(sequence, 1, collect);
    }
    rescue_ready(&collected);
}

static void set_modes(void)
{
    curses.cbreak();
    curses.noecho();
    curses.nonl();
    curses.curs_set(0);
    curses.keypad(*curses.stdscr, TRUE);
    curses.nodelay(*curses.stdscr, TRUE);
    curses.typeahead(-1);
}

/* Ctrl-S would stop the picture without a word: pausing is a key of ours. */
static void let_output_flow(void)
{
    struct termios settings;
    if (tcgetattr(STDOUT_FILENO, &settings) != 0)
        return;
    settings.c_iflag &= ~(tcflag_t)IXON;
    tcsetattr(STDOUT_FILENO, TCSADRAIN, &settings);
    curses.def_prog_mode();
}

static bool colours_wanted(enum console_colour colour)
{
    const char *no = getenv("NO_COLOR");
    return colour == COLOUR_ALWAYS || (colour == COLOUR_AUTO && !(no && *no));
}

static bool start_curses(struct terminal *t, const struct console_options *o, struct error *why)
{
    struct termios settings;
    tcgetattr(STDOUT_FILENO, &settings);
    curses.use_env(FALSE); /* the terminal knows its size better than LINES and COLUMNS */
    curses.use_tioctl(TRUE);
    curses.set_escdelay(ESCAPE_MS);
    t->screen = curses.newterm(NULL, stdout, t->keyboard);
    if (!t->screen)
        return error_set(
            why, "the terminal \"%.80s\" (TERM) cannot show the console (--headless needs none)",
            getenv("TERM"));
    prepare_rescue(&settings);
    t->colours = colours_wanted(o->colour) && curses.has_colors();
    if (t->colours) {
        curses.start_color();
        curses.use_default_colors();
    }
    set_modes();
    let_output_flow();
    return true;
}

struct terminal *terminal_open(const struct console_options *o, struct error *why)
{
    if (!check_terminal(why))
        return NULL;
    struct terminal *t = mem_new(1, sizeof(*t));
    if (!open_keyboard(t, why)) {
        free(t);
        return NULL;
    }
    if (pipe2(t->signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
        error_set(why, "the console cannot start: %s", strerror(errno));
        if (t->keyboard != stdin)
            fclose(t->keyboard);
        free(t);
        return NULL;
    }
    choose_letters(t, o->ascii);
    take_signals(t);
    rescue_arm();
    note_hold();
    if (!start_curses(t, o, why)) {
        terminal_close(t);
        return NULL;
    }
    return t;
}

void terminal_close(struct terminal *t)
{
    if (!t)
        return;
    if (t->screen) {
        curses.endwin();
        rescue_disarm();
        curses.delscreen(t->screen);
    } else {
        rescue_disarm();
    }
    note_release();
    give_signals_back();
    signal_fd = -1;
    close(t->signal_pipe[0]);
    close(t->signal_pipe[1]);
    if (t->locale) {
        uselocale(LC_GLOBAL_LOCALE);
        freelocale(t->locale);
    }
    if (t->keyboard != stdin)
        fclose(t->keyboard);
    free(t);
}

bool terminal_colours(const struct terminal *t)
{
    return t->colours;
}

bool terminal_ascii(const struct terminal *t)
{
    return t->ascii;
}

int terminal_key_fd(const struct terminal *t)
{
    return fileno(t->keyboard);
}

int terminal_signal_fd(const struct terminal *t)
{
    return t->signal_pipe[0];
}

int terminal_key(struct terminal *t)
{
    (void)t;
    int key = curses.getch();
    return key == ERR ? -1 : key;
}

static void take_size(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
        curses.resizeterm(size.ws_row, size.ws_col);
}

/* The shell had the terminal meanwhile: its settings and its screen are anything now. After
 * endwin(); the next refresh takes the alternate screen and hides the cursor. */
static void come_back(struct terminal *t)
{
    take_size();
    curses.reset_prog_mode();
    terminal_redraw(t);
}

static void forget_signals(struct terminal *t)
{
    char bytes[64];
    while (read(t->signal_pipe[0], bytes, sizeof(bytes)) > 0)
        ;
}

void terminal_suspend(struct terminal *t)
{
    struct sigaction by_default = {.sa_handler = SIG_DFL}, ours;
    curses.def_prog_mode();
    curses.endwin();
    sigaction(SIGTSTP, &by_default, &ours);
    raise(SIGTSTP); /* returns after SIGCONT, or at once where nobody could continue us */
    sigaction(SIGTSTP, &ours, NULL);
    forget_signals(t);
    come_back(t);
}

bool terminal_signals(struct terminal *t)
{
    char bytes[64];
    bool resized = false, stop = false, back = false;
    for (ssize_t n; (n = read(t->signal_pipe[0], bytes, sizeof(bytes))) > 0;)
        for (ssize_t i = 0; i < n; i++) {
            resized |= bytes[i] == SIGWINCH;
            stop |= bytes[i] == SIGTSTP;
            back |= bytes[i] == SIGCONT;
        }
    if (stop) {
        terminal_suspend(t);
    } else if (back) {
        curses.endwin();
        come_back(t);
    } else if (resized) {
        take_size();
    }
    return stop || back || resized;
}

void terminal_redraw(struct terminal *t)
{
    (void)t;
    curses.clearok(*curses.curscr, TRUE);
}
