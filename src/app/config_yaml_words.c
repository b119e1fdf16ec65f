#include "app/config_yaml_words.h"

#include <stddef.h>
#include <string.h>

/* The first whose part is in what was found. */
static const struct row {
    const char *part;
    struct yaml_words words;
} rows[] = {
    {"tab ", {"lines are indented by spaces here, not by tabs", false, false}},
    {"tabs ", {"lines are indented by spaces here, not by tabs", false, false}},
    {"cannot start with",
     {"a text that begins with this character is written in quotes: '...'", false, false}},
    {"without closing quote", {"the quote that begins here does not end", false, true}},
    {"wrongly indented double-quoted scalar",
     {"the quote that begins here does not end in its line", false, true}},
    {"wrongly indented single-quoted scalar",
     {"the quote that begins here does not end in its line", false, true}},
    {"trailing content after",
     {"something follows the closing quote: put the whole value in quotes, of the other kind",
      false, false}},
    {"escape",
     {"this backslash is none that YAML knows: right would be \\\\, or single quotes around it",
      false, false}},
    {"without a closing bracket", {"a list that begins with [ has no ]", true, false}},
    {"missing comma in flow", {"a comma or the closing bracket is missing", true, false}},
    {"invalid extra closing", {"this bracket closes nothing", false, false}},
    {"comma", {"there is a comma too many", false, false}},
    {"nested block mapping on the same line",
     {"a value with `: ' in it is written in quotes: '...'", false, false}},
    {"did not find expected '-' indicator",
     {"this line stands neither below the items of the list nor below the keys of the last one: "
      "mind the spaces",
      false, false}},
    {"at the end of block sequence",
     {"this line stands neither below the items of the list nor below the keys of the last one: "
      "mind the spaces",
      false, false}},
    {"multiline plain key",
     {"this goes on in the next line, which has a key of its own: a `: ' is missing here, or that "
      "line stands "
      "too far right",
      false, false}},
    {"mapping in plain multiline",
     {"this goes on in the next line, which has a key of its own: a `: ' is missing here, or that "
      "line stands "
      "too far right",
      false, false}},
    {"invalid value after mapping", {"this line is no `key: value'", false, false}},
    {"could not find expected ':'", {"this line is no `key: value'", false, false}},
    {"block scalar no linebreak",
     {"> and | end their line; a text that begins with them is written in quotes: '...'", false,
      false}},
    {"did not find expected key",
     {"this line does not stand below the keys above it: mind the spaces", false, false}},
    {"did not find expected node content", {"a value is missing here", false, false}},
    {"block sequence on the same line",
     {"a list begins on a line of its own, or stands in [ ]", false, false}},
    {"mismatched flow", {"this bracket closes none of its kind", false, false}},
    {"wrong indendation",
     {"this line does not stand below those above it: mind the spaces", false, false}},
    {"wrongly indented", {"this line stands too far left: mind the spaces", false, false}},
    {"indentation in mapping",
     {"this line does not stand below the keys above it: mind the spaces", false, false}},
};

struct yaml_words yaml_words(const char *found)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strstr(found, rows[i].part))
            return rows[i].words;
    return (struct yaml_words){found, false, false};
}
