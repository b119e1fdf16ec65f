/* fuzz_options.c - any words are a command line, or are refused in one clear line; what is taken is
 * within the bounds that the table of options promises. Nothing is started.
 *
 * The input is words, each ended by a NUL, behind the program's name. One that begins with '=' is
 * put into the environment instead: "=HOME=/x" (where the program looks for one of its variables);
 * one that begins with '#' is the configuration, at whose path "@" and "--config=@" point. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "app/options.h"
#include "app/range.h"
#include "app/state.h"
#include "base/clock.h"
#include "lib/one_file.h"
#include "parse/parser.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS_MOST = 40, INPUT_MOST = 4096 };

static const char *const variables[] = {"XDG_CONFIG_HOME", "HOME", "STATE_DIRECTORY",
                                        "XDG_STATE_HOME"};

static void demand(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "options: %s\n", what);
    abort();
}

/* ---- What is told ------------------------------------------------------------------------------
 */

static void check_shown(struct text shown, bool lines)
{
    for (size_t i = 0; i < shown.len; i++) {
        unsigned char byte = (unsigned char)shown.at[i];
        demand((byte >= ' ' && byte != 0x7f) || (lines && byte == '\n'),
               "a control character is shown");
    }
}

static void check_refusal(const struct settings *s, const struct error *why)
{
    demand(why->text[0], "refused without a reason");
    check_shown(text_of(why->text), false);
    check_shown(buf_text(&s->problems), true);
}

/* ---- What is taken -----------------------------------------------------------------------------
 */

static void check_values(const struct settings *s, int argc)
{
    unsigned scope = command_scope(s->command);
    demand(s->update_ns >= 100 * NS_PER_MS && s->update_ns <= 24 * 3600 * NS_PER_S, "update");
    demand(s->window_s >= 1 && s->window_s <= 7 * 24 * 3600, "retention");
    demand(s->threshold > 0 && s->threshold <= 1e12, "frequency");
    demand(s->top >= -1 && s->top <= 1000000, "top");
    demand(s->jobs >= 0 && s->jobs <= 64, "jobs");
    demand(s->only && !(s->only & ~DIMENSION_EVERY), "only");
    demand(s->format_count <= FORMATS_LIMIT && s->try_count <= TRIES_LIMIT, "too many");
    demand(s->config || s->path_count <= (size_t)argc, "files from nowhere");
    demand(s->output != OUTPUT_CSV || (scope & (FOR_HISTORY | FOR_ALERTS)), "csv of a log");
    demand(!s->where || s->filter || s->help || s->version, "a filter that is not compiled");
    for (size_t i = 0; i < s->path_count; i++)
        demand(s->paths[i] && s->paths[i][0], "a file without a name");
    for (size_t i = 0; i < option_count; i++)
        demand(!(s->given >> i & 1) || (option_rows[i].scope & scope) ||
                   !strcmp(option_rows[i].name, "path"),
               "an option of another command");
}

/* What commands make of the texts before they start. */
static void check_texts(const struct settings *s)
{
    struct error why = {0};
    bool linked;
    struct range range;
    static struct formats *automatic; /* all that have a name: to make them takes long */
    if (!automatic)
        automatic = formats_new(NULL, 0, &why);
    struct formats *formats =
        s->format_count ? formats_new(s->formats, s->format_count, &why) : NULL;
    demand(formats || !s->format_count || why.text[0], "formats refused without a reason");
    if (!range_of(&range, s, NULL, 0, formats ? formats : automatic, &why))
        demand(why.text[0], "a range refused without a reason");
    formats_free(formats);
    char *state = s->state ? state_directory(s->state, &linked, &why) : NULL;
    demand(!s->state || state || why.text[0], "a state refused without a reason");
    free(state);
    check_shown(text_of(why.text), false);
}

static void check_help(const struct settings *s)
{
    struct buf text = {0};
    help_text(&text, s->named ? s->command : NULL);
    check_shown(buf_text(&text), true);
    buf_done(&text);
}

static void check(int argc, char *const *argv)
{
    struct settings s;
    struct error why = {0};
    struct buf text = {0};
    if (!settings_read(&s, argc, argv, &why)) {
        check_refusal(&s, &why);
    } else {
        check_values(&s, argc);
        if (s.help)
            check_help(&s);
        else if (!s.version)
            check_texts(&s);
        if (s.config)
            config_show(&text, s.config, &s);
        check_shown(buf_text(&text), true);
    }
    buf_done(&text);
    settings_done(&s);
}

/* ---- Words -------------------------------------------------------------------------------------
 */

static void set_variable(char *word)
{
    char *value = strchr(word, '=');
    for (size_t i = 0; value && i < sizeof variables / sizeof *variables; i++)
        if (strlen(variables[i]) == (size_t)(value - word) &&
            !strncmp(word, variables[i], (size_t)(value - word)))
            setenv(variables[i], value + 1, 1);
}

/* Where nothing is, unless a word says otherwise. */
static void clear_variables(void)
{
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        setenv(variables[i], "/nowhere", 1);
}

/* A configuration that asks for one byte after the other of a device would be no finding. */
static bool names_a_device(const char *word)
{
    return strstr(word, "/dev") || strstr(word, "/proc") || strstr(word, "/sys");
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    clear_variables();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char room[INPUT_MOST + 1], program[] = "spate", config[64], given[80];
    char *argv[WORDS_MOST + 2] = {program};
    int argc = 1;
    bool changed = false;
    if (size > INPUT_MOST)
        return 0;
    memcpy(room, data, size);
    room[size] = 0;
    snprintf(config, sizeof config, "%s", one_file(TEXT("")));
    snprintf(given, sizeof given, "--config=%s", config);
    for (char *word = room; word < room + size && argc <= WORDS_MOST; word += strlen(word) + 1) {
        if (names_a_device(word))
            return 0;
        if (word[0] == '=') {
            set_variable(word + 1);
            changed = true;
        } else if (word[0] == '#') {
            one_file(text_of(word + 1));
        } else {
            argv[argc++] = !strcmp(word, "@") ? config : !strcmp(word, "--config=@") ? given : word;
        }
    }
    check(argc, argv);
    if (changed)
        clear_variables();
    return 0;
}
