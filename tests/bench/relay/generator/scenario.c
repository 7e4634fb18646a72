#include "scenario.h"

#include <err.h>
#include <stdint.h>
#include <stdlib.h>

#include "crowd.h"
#include "messages.h"
#include "options.h"
#include "sockets.h"
#include "tally.h"

#define COME_IN_US 120000000ull
#define COME_BACK_US 30000000ull
#define ARRIVE_US 3000000ull

void everybody_comes_in(void) {
    uint64_t began = now_us();
    uint32_t started = 0;
    while (tally.joined < n_clients) {
        while (started < n_clients && started - tally.joined < options.in_flight) {
            come_in(&clients[started], clients[started].port);
            started++;
        }
        poll_once(100);
        if (now_us() - began > COME_IN_US) errx(1, "only %u of %u came in", tally.joined, n_clients);
    }
    tally.join_s = (double)(now_us() - began) / 1e6;
}

void begin_sending(void) {
    if (options.mode == OPEN) tick_every(options.rate > 1000 ? 250 : 500);
    if (options.mode == WATCH) tick_every(500);
    sending = options.mode == CLOSED || options.mode == OPEN;
    for (uint32_t i = 0; options.mode == CLOSED && i < n_rooms; i++)
        for (uint32_t k = 0; k < options.window; k++) send_message(i);
}

static uint64_t *first_dues(uint64_t now, uint64_t every_us) {
    uint64_t *dues = calloc(n_clients, sizeof *dues);
    for (uint32_t i = 0; i < n_clients; i++) dues[i] = now + (uint64_t)random() % (every_us + 1);
    return dues;
}

static void players_act(uint64_t now) {
    static uint64_t *pings, *reports;
    uint64_t ping_us = (uint64_t)(options.ping_s * 1e6), report_us = (uint64_t)(options.report_s * 1e6);
    if (!pings) pings = first_dues(now, ping_us), reports = first_dues(now, report_us);
    for (uint32_t i = 0; i < n_clients; i++) {
        if (now >= pings[i]) pings[i] += ping_us, send_ping(&clients[i], now);
        if (now >= reports[i]) reports[i] += report_us, send_report(&clients[i]);
    }
}

void run_for(double for_s) {
    static uint64_t next_due;
    static uint32_t turn;
    uint64_t now = now_us(), until = now + (uint64_t)(for_s * 1e6);
    uint64_t gap = options.rate > 0 ? (uint64_t)(1e6 / options.rate) : 0;
    if (!next_due) next_due = now;
    while ((now = now_us()) < until) {
        while (sending && options.mode == OPEN && now >= next_due) {
            send_message(turn++ % n_rooms);
            next_due += gap;
        }
        if (options.mode == WATCH) players_act(now);
        poll_once(100);
    }
}

void settle(void) {
    uint64_t began = now_us();
    sending = 0;
    while ((not_arrived() && now_us() - began < ARRIVE_US) ||
           ((not_back() || behind()) && now_us() - began < COME_BACK_US))
        poll_once(10);
}
