#include "tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>

#include "crowd.h"

Tally tally;
static uint64_t began_us;

static double cpu_s(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

void begin_measuring(void) {
    puts("BEGIN"), fflush(stdout);
    tally.measuring = 1, tally.cpu_s = -cpu_s(), began_us = now_us();
}

void end_measuring(void) {
    tally.measured_s = (double)(now_us() - began_us) / 1e6, tally.cpu_s += cpu_s();
    tally.deliveries_by_end = tally.deliveries;
    puts("END"), fflush(stdout);
}

static void print_count(const char *name, uint64_t count) { printf(",\"%s\":%" PRIu64, name, count); }

static void print_times(const char *name, const Histogram *times) {
    printf(",\"%s_p50_ms\":%.3f,\"%s_p99_ms\":%.3f", name, percentile_ms(times, 0.5), name, percentile_ms(times, 0.99));
}

void print_tally(void) {
    printf("{\"join_s\":%.6f,\"seconds\":%.6f", tally.join_s, tally.measured_s);
    printf(",\"load_cpu\":%.3f", tally.measured_s > 0 ? tally.cpu_s / tally.measured_s : 0);
    print_count("joined", tally.joined);
    print_count("deliveries", tally.deliveries_by_end);
    print_count("missing", not_arrived());
    print_count("refused", tally.refused);
    print_count("closed", tally.closed);
    print_count("retried", tally.retried);
    print_count("returned", tally.returned);
    print_count("gaps", tally.gaps);
    print_count("doubles", tally.doubles);
    print_count("incomplete", tally.incomplete);
    print_count("behind", behind());
    print_times("join", &tally.joining);
    print_times("each", &tally.each);
    print_times("last", &tally.last);
    print_times("return", &tally.returning);
    puts("}");
}
