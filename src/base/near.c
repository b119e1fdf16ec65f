#include "base/near.h"

/* Longer than any name of ours; what is longer is no slip of one. */
enum { LONGEST = 40 };

static char folded(char byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return (char)(byte + ('a' - 'A'));
    return byte == '-' ? '_' : byte;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Three rows of the usual table are all that swaps of neighbours look back on. */
unsigned near_distance(struct text a, struct text b)
{
    unsigned rows[3][LONGEST + 1];
    if (a.len > LONGEST || b.len > LONGEST)
        return (unsigned)(a.len > b.len ? a.len : b.len) + 1;
    for (unsigned j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *swapped = rows[(i + 1) % 3];
        char mine = folded(a.at[i - 1]);
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            char other = folded(b.at[j - 1]);
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (mine != other));
            if (i > 1 && j > 1 && mine == folded(b.at[j - 2]) && folded(a.at[i - 2]) == other)
                row[j] = least(row[j], swapped[j - 2] + 1);
        }
    }
    return rows[a.len % 3][b.len];
}

struct near near_to(struct text word)
{
    return (struct near){.word = word};
}

/* A slip each three letters; what only adds an end or a beginning is near too ("refer" for
 * "referrer", "time" for "request_time"). */
static bool near_enough(struct text word, struct text candidate, unsigned distance)
{
    if (distance <= (word.len < 3 ? word.len / 2 : word.len / 3))
        return true;
    struct text shorter = word.len < candidate.len ? word : candidate;
    struct text longer = word.len < candidate.len ? candidate : word;
    return shorter.len >= 3 && distance == longer.len - shorter.len &&
           (text_same_caseless(text_cut(longer, 0, shorter.len), shorter) ||
            text_same_caseless(text_cut(longer, longer.len - shorter.len, longer.len), shorter));
}

void near_offer(struct near *n, const char *candidate)
{
    struct text name = text_of(candidate);
    unsigned distance = near_distance(n->word, name);
    if (!near_enough(n->word, name, distance))
        return;
    unsigned at = 0;
    while (at < n->count && n->distance[at] <= distance)
        at++;
    if (at == NEAR_KEPT)
        return;
    if (n->count < NEAR_KEPT)
        n->count++;
    for (unsigned i = n->count - 1; i > at; i--) {
        n->best[i] = n->best[i - 1];
        n->distance[i] = n->distance[i - 1];
    }
    n->best[at] = candidate;
    n->distance[at] = distance;
}

void near_list(const struct near *n, struct buf *out)
{
    unsigned count = 0;
    while (count < n->count && n->distance[count] <= n->distance[0] + 1)
        count++; /* beside a close one the far ones only distract */
    for (unsigned i = 0; i < count; i++) {
        if (i)
            buf_str(out, i + 1 == count ? " or " : ", ");
        buf_str(out, n->best[i]);
    }
}
