/* Latencies in microseconds, counted: exact below 2,048, then 128 buckets an octave: a percentile is right to 1 %. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

#define EXACT 2048
#define PER_OCTAVE 128
#define BUCKETS (EXACT + 32 * PER_OCTAVE)

typedef struct {
    uint64_t count[BUCKETS], total;
} Histogram;

static inline int bucket_of(uint64_t us) {
    if (us < EXACT) return (int)us;
    int octave = 63 - __builtin_clzll(us) - 11; /* 2,048 is the beginning of octave 0 */
    int bucket = EXACT + octave * PER_OCTAVE + (int)((us >> (octave + 4)) - PER_OCTAVE);
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static inline double bucket_us(int bucket) {
    if (bucket < EXACT) return bucket;
    int octave = (bucket - EXACT) / PER_OCTAVE, step = (bucket - EXACT) % PER_OCTAVE;
    return (double)((uint64_t)(PER_OCTAVE + step) << (octave + 4));
}

static inline void record(Histogram *h, uint64_t us) {
    h->count[bucket_of(us)]++;
    h->total++;
}

/* The smallest value that at least `share` of all are not above; 0 where there are none. */
static inline double percentile_ms(const Histogram *h, double share) {
    uint64_t wanted = (uint64_t)(share * (double)h->total), seen = 0;
    if (!h->total) return 0;
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
        seen += h->count[bucket];
        if (seen > wanted || seen == h->total) return bucket_us(bucket) / 1000;
    }
    return 0;
}

#endif
