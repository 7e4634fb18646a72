#include "options.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

Options options = {.window = 4, .in_flight = 64, .warm_s = 1, .seconds = 1, .message = "", .match = "\"t\":\"state\""};

static Mode mode_of(const char *name) {
    static const char *names[] = {"join", "idle", "closed", "open", "watch"}; /* in the order of Mode */
    for (Mode mode = JOIN; mode <= WATCH; mode++)
        if (!strcmp(name, names[mode])) return mode;
    errx(1, "unknown mode %s", name);
}

void read_options(int count, char **words) {
    for (int i = 0; i + 1 < count; i += 2) {
        const char *name = words[i], *value = words[i + 1];
        if (!strcmp(name, "--mode")) options.mode = mode_of(value);
        else if (!strcmp(name, "--window")) options.window = (uint32_t)atoi(value);
        else if (!strcmp(name, "--in-flight")) options.in_flight = (uint32_t)atoi(value);
        else if (!strcmp(name, "--rate")) options.rate = atof(value);
        else if (!strcmp(name, "--warm")) options.warm_s = atof(value);
        else if (!strcmp(name, "--seconds")) options.seconds = atof(value);
        else if (!strcmp(name, "--ping")) options.ping_s = atof(value);
        else if (!strcmp(name, "--report")) options.report_s = atof(value);
        else if (!strcmp(name, "--message")) options.message = value;
        else if (!strcmp(name, "--match")) options.match = value;
        else if (!strcmp(name, "--engineio")) options.engineio = atoi(value);
        else errx(1, "unknown option %s", name);
    }
}
