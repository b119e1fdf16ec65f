/* vt.c - see vt.h. */
#include "lib/vt.h"

#include "base/buf.h"
#include "base/mem.h"
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

enum {
    LINE_BYTES = 8192,
    FRAME_MS = 30 /* the pieces of one picture come closer together than this */
};

struct vt {
    int fd; /* the terminal's side of the pseudo-terminal */
    pid_t pid;
    bool ended, closed;
    int status;
    int rows, columns;
    VTerm *vterm;
    VTermScreen *screen;
    bool alternate, cursor_visible;
    struct buf output, text;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int on_property(VTermProp property, VTermValue *value, void *context)
{
    struct vt *t = context;
    if (property == VTERM_PROP_ALTSCREEN)
        t->alternate = value->boolean;
    if (property == VTERM_PROP_CURSORVISIBLE)
        t->cursor_visible = value->boolean;
    return 1;
}

/* What the emulator answers (its type, the place of the cursor) goes back to the program. */
static void on_answer(const char *bytes, size_t len, void *context)
{
    struct vt *t = context;
    ssize_t done = write(t->fd, bytes, len);
    (void)done;
}

static void start_emulator(struct vt *t)
{
    static const VTermScreenCallbacks callbacks = {.settermprop = on_property};
    t->vterm = vterm_new(t->rows, t->columns);
    vterm_set_utf8(t->vterm, 1);
    vterm_output_set_callback(t->vterm, on_answer, t);
    t->screen = vterm_obtain_screen(t->vterm);
    vterm_screen_set_callbacks(t->screen, &callbacks, t);
    vterm_screen_enable_altscreen(t->screen, 1);
    vterm_screen_reset(t->screen, 1);
    t->cursor_visible = true;
}

static void set_environment(const struct vt_options *o)
{
    static const char *const gone[] = {"LC_ALL", "LC_CTYPE", "NO_COLOR", "LINES", "COLUMNS"};
    for (unsigned i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
        unsetenv(gone[i]);
    setenv("TERM", "xterm-256color", 1);
    setenv("LANG", "C.UTF-8", 1);
    setenv("TZ", "UTC", 1);
    for (unsigned i = 0; i < VT_ENV && o->env[i]; i++) {
        if (strchr(o->env[i], '='))
            putenv(strdup(o->env[i]));
        else
            unsetenv(o->env[i]);
    }
}

struct vt *vt_start(const struct vt_options *o)
{
    struct vt *t = mem_new(1, sizeof(*t));
    t->rows = o->rows ? o->rows : 24;
    t->columns = o->columns ? o->columns : 80;
    struct winsize size = {.ws_row = (unsigned short)t->rows, .ws_col = (unsigned short)t->columns};
    t->pid = forkpty(&t->fd, NULL, NULL, &size);
    if (t->pid < 0) {
        free(t);
        return NULL;
    }
    if (t->pid == 0) {
        set_environment(o);
        execv(o->argv[0], (char *const *)o->argv);
        fprintf(stderr, "%s: %s\n", o->argv[0], strerror(errno));
        _exit(127);
    }
    start_emulator(t);
    return t;
}

void vt_stop(struct vt *t)
{
    if (!t)
        return;
    if (!t->ended) {
        kill(t->pid, SIGKILL);
        waitpid(t->pid, NULL, 0);
    }
    close(t->fd);
    vterm_free(t->vterm);
    buf_done(&t->output);
    buf_done(&t->text);
    free(t);
}

pid_t vt_pid(const struct vt *t)
{
    return t->pid;
}

void vt_send(struct vt *t, const char *bytes)
{
    ssize_t done = write(t->fd, bytes, strlen(bytes));
    (void)done;
}

void vt_resize(struct vt *t, int rows, int columns)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    t->rows = rows;
    t->columns = columns;
    vterm_set_size(t->vterm, rows, columns);
    ioctl(t->fd, TIOCSWINSZ, &size); /* the program gets SIGWINCH */
}

/* Feeds what comes within the time. False when nothing did. */
static bool feed(struct vt *t, int ms)
{
    char bytes[16384];
    struct pollfd p = {.fd = t->fd, .events = POLLIN};
    if (t->closed || poll(&p, 1, ms) <= 0)
        return false;
    ssize_t n = read(t->fd, bytes, sizeof(bytes));
    if (n <= 0) { /* EIO: the program and all its children have let go */
        t->closed = true;
        return false;
    }
    buf_add(&t->output, text_make(bytes, (size_t)n));
    vterm_input_write(t->vterm, bytes, (size_t)n);
    return true;
}

static bool wait_for(struct vt *t, const char *text, bool there)
{
    int64_t until = now_ms() + VT_DEADLINE_MS;
    int row, column;
    while (vt_find(t, text, &row, &column) != there) {
        int64_t left = until - now_ms();
        if (left <= 0 || t->closed)
            return false;
        feed(t, left < 100 ? (int)left : 100);
    }
    vt_settle(t, FRAME_MS);
    return true;
}

bool vt_wait(struct vt *t, const char *text)
{
    return wait_for(t, text, true);
}

bool vt_wait_gone(struct vt *t, const char *text)
{
    return wait_for(t, text, false);
}

void vt_settle(struct vt *t, int silent_ms)
{
    while (feed(t, silent_ms))
        ;
}

static bool wait_state(struct vt *t, int flags)
{
    int64_t until = now_ms() + VT_DEADLINE_MS;
    while (!t->ended && now_ms() < until) {
        int status;
        if (!feed(t, 20) && t->closed)
            poll(NULL, 0, 10);
        if (waitpid(t->pid, &status, WNOHANG | flags) != t->pid)
            continue;
        t->status = status;
        t->ended = !WIFSTOPPED(status);
        break;
    }
    vt_settle(t, 20);
    return t->ended || WIFSTOPPED(t->status);
}

int vt_wait_end(struct vt *t)
{
    wait_state(t, 0);
    return t->ended ? t->status : -1;
}

bool vt_wait_stopped(struct vt *t)
{
    t->status = 0;
    return wait_state(t, WUNTRACED) && !t->ended;
}

static int palette_number(const VTermColor *c)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(c) || VTERM_COLOR_IS_DEFAULT_BG(c))
        return -1;
    return VTERM_COLOR_IS_INDEXED(c) ? c->indexed.idx : -2;
}

static size_t put_utf8(char *at, uint32_t c)
{
    if (c < 0x80)
        return *at = (char)c, 1;
    unsigned more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char first[] = {0, 0xc0, 0xe0, 0xf0};
    at[0] = (char)(first[more] | c >> 6 * more);
    for (unsigned i = 1; i <= more; i++)
        at[i] = (char)(0x80 | (c >> 6 * (more - i) & 0x3f));
    return more + 1;
}

struct vt_cell vt_cell(const struct vt *t, int row, int column)
{
    struct vt_cell out = {.utf8 = " ", .fore = -1, .back = -1};
    VTermScreenCell cell;
    if (row < 0 || row >= t->rows || column < 0 || column >= t->columns ||
        !vterm_screen_get_cell(t->screen, (VTermPos){row, column}, &cell))
        return out;
    size_t len = 0;
    for (unsigned i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++) {
        if (cell.chars[i] == (uint32_t)-1) { /* the right half of a wide character */
            out.utf8[0] = '\0';
            return out;
        }
        len += put_utf8(out.utf8 + len, cell.chars[i]);
    }
    if (len)
        out.utf8[len] = '\0';
    out.fore = palette_number(&cell.fg);
    out.back = palette_number(&cell.bg);
    out.bold = cell.attrs.bold;
    out.reverse = cell.attrs.reverse;
    return out;
}

struct vt_cell vt_next_cell(struct vt *t)
{
    VTermPos at;
    vterm_state_get_cursorpos(vterm_obtain_state(t->vterm), &at);
    vterm_input_write(t->vterm, "Z", 1);
    vterm_screen_flush_damage(t->screen);
    return vt_cell(t, at.row, at.col);
}

/* The row as text; columns[i]: the cell in which byte i stands. */
static size_t read_row(const struct vt *t, int row, char into[LINE_BYTES], int columns[LINE_BYTES])
{
    size_t len = 0;
    for (int column = 0; column < t->columns; column++) {
        struct vt_cell cell = vt_cell(t, row, column);
        for (size_t i = 0; cell.utf8[i] && len < LINE_BYTES - 1; i++) {
            columns[len] = column;
            into[len++] = cell.utf8[i];
        }
    }
    while (len && into[len - 1] == ' ')
        len--;
    into[len] = '\0';
    return len;
}

bool vt_find(const struct vt *t, const char *text, int *row, int *column)
{
    char line[LINE_BYTES];
    int columns[LINE_BYTES];
    for (int y = 0; y < t->rows; y++) {
        read_row(t, y, line, columns);
        const char *at = strstr(line, text);
        if (!at)
            continue;
        *row = y;
        *column = columns[at - line];
        return true;
    }
    return false;
}

static void add_row(struct vt *t, int row)
{
    char line[LINE_BYTES];
    int columns[LINE_BYTES];
    size_t len = read_row(t, row, line, columns);
    buf_add(&t->text, text_make(line, len));
}

const char *vt_row(struct vt *t, int row)
{
    buf_clear(&t->text);
    add_row(t, row);
    buf_byte(&t->text, '\0');
    return t->text.at;
}

const char *vt_screen(struct vt *t)
{
    buf_clear(&t->text);
    for (int row = 0; row < t->rows; row++) {
        add_row(t, row);
        buf_byte(&t->text, '\n');
    }
    buf_byte(&t->text, '\0');
    return t->text.at;
}

bool vt_alternate(const struct vt *t)
{
    return t->alternate;
}

bool vt_cursor_visible(const struct vt *t)
{
    return t->cursor_visible;
}

bool vt_line_mode(const struct vt *t)
{
    struct termios settings;
    return tcgetattr(t->fd, &settings) == 0 && (settings.c_lflag & ICANON) &&
           (settings.c_lflag & ECHO);
}

struct text vt_output(const struct vt *t)
{
    return buf_text(&t->output);
}

void vt_forget_output(struct vt *t)
{
    buf_clear(&t->output);
}
