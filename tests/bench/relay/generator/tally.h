/* What is counted, and the line of JSON that says it. */
#ifndef TALLY_H
#define TALLY_H

#include <stdint.h>
#include <time.h>

#include "histogram.h"

typedef struct {
    int measuring; /* from BEGIN on; what arrives after END counts in the times: without it the slowest were missing */
    uint32_t joined;
    uint64_t deliveries, deliveries_by_end;
    uint64_t refused, closed, retried, returned, gaps, doubles, incomplete;
    double join_s, measured_s, cpu_s;
    Histogram each, last, joining, returning;
} Tally;

extern Tally tally;

static inline uint64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

void begin_measuring(void);
void end_measuring(void);
void print_tally(void);

#endif
