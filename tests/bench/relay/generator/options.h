/* What was asked for on the command line; load.c says what each means. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdint.h>

typedef enum { JOIN, IDLE, CLOSED, OPEN, WATCH } Mode;

typedef struct {
    Mode mode;
    uint32_t window, in_flight;
    double rate, warm_s, seconds, ping_s, report_s;
    const char *message, *match;
    int engineio;
} Options;

extern Options options;

void read_options(int count, char **words);

#endif
