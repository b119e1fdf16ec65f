#include "loggen/schedule.h"

#include "base/clock.h"
#include "base/time.h"
#include <assert.h>
#include <stdlib.h>

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The rate that holds from that moment on. */
static double rate_at(const struct schedule_plan *plan, int64_t ns, bool *surge)
{
    for (size_t i = plan->surge_count; i-- > 0;) {
        const struct surge *s = &plan->surges[i];
        if (ns >= s->at_ns && ns - s->at_ns < s->length_ns) {
            *surge = true;
            return s->rate;
        }
    }
    *surge = false;
    return plan->rate;
}

/* The moments at which the rate may change, in order, the start first. */
static size_t list_changes(const struct schedule_plan *plan, int64_t *changes)
{
    size_t count = 0;
    changes[count++] = 0;
    for (size_t i = 0; i < plan->surge_count; i++) {
        changes[count++] = plan->surges[i].at_ns;
        changes[count++] = plan->surges[i].at_ns + plan->surges[i].length_ns;
    }
    qsort(changes, count, sizeof(*changes), by_time);
    return count;
}

static double lines_until(const struct piece *piece, int64_t ns)
{
    return piece->lines + piece->rate * ((double)(ns - piece->from_ns) / NS_PER_S);
}

/* Whole lines due before the end; a rounding error is not a line. */
static uint64_t lines_in(const struct schedule *s, int64_t duration_ns)
{
    size_t i = s->piece_count - 1;
    while (i > 0 && s->pieces[i].from_ns >= duration_ns)
        i--;
    double lines = lines_until(&s->pieces[i], duration_ns);
    uint64_t whole = (uint64_t)lines;
    return lines - (double)whole > 1e-6 ? whole + 1 : whole;
}

void schedule_init(struct schedule *s, const struct schedule_plan *plan)
{
    int64_t changes[2 * SURGES_MAX + 1];
    size_t count = list_changes(plan, changes);
    bool surge;
    *s = (struct schedule){.total = UINT64_MAX};
    for (size_t i = 0; i < count; i++) {
        struct piece piece = {.from_ns = changes[i], .rate = rate_at(plan, changes[i], &surge)};
        if (s->piece_count > 0)
            piece.lines = lines_until(&s->pieces[s->piece_count - 1], changes[i]);
        s->pieces[s->piece_count++] = piece;
    }
    if (plan->duration_ns > 0)
        s->total = lines_in(s, plan->duration_ns);
    if (plan->count > 0 && plan->count < s->total)
        s->total = plan->count;
}

bool schedule_fit(struct schedule_plan *plan, struct error *why)
{
    int64_t changes[2 * SURGES_MAX + 1], free_ns = 0;
    size_t count = list_changes(plan, changes);
    double surged = 0;
    char span[TIME_TEXT_SIZE];
    for (size_t i = 0; i < count; i++) {
        bool surge;
        double rate = rate_at(plan, changes[i], &surge);
        int64_t end = i + 1 < count && changes[i + 1] < plan->duration_ns ? changes[i + 1]
                                                                          : plan->duration_ns;
        if (end <= changes[i])
            continue;
        if (surge)
            surged += rate * ((double)(end - changes[i]) / NS_PER_S);
        else
            free_ns += end - changes[i];
    }
    double rest = (double)plan->count - surged;
    if (rest < -1e-6 || (free_ns == 0 && rest > 1e-6))
        return error_set(why,
                         "--surge: %.0f lines of --count %llu in --duration %s are surges: "
                         "they must leave time and lines for the rest",
                         surged, (unsigned long long)plan->count,
                         duration_text(span, plan->duration_ns));
    plan->rate = rest > 0 && free_ns > 0 ? rest / ((double)free_ns / NS_PER_S) : 0;
    return true;
}

int64_t schedule_due(struct schedule *s)
{
    if (s->next >= s->total)
        return NEVER;
    double line = (double)s->next;
    while (s->at + 1 < s->piece_count && s->pieces[s->at + 1].lines <= line + 1e-6)
        s->at++;
    const struct piece *piece = &s->pieces[s->at];
    if (piece->rate <= 0)
        return NEVER;
    double ns = (line - piece->lines) / piece->rate * NS_PER_S;
    int64_t after = ns > 0 ? (int64_t)ns : 0;
    return ns >= 9e18 || piece->from_ns > NEVER - 1 - after ? NEVER : piece->from_ns + after;
}
