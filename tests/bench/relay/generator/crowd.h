/* Who comes: the clients, and the rooms that they are in. */
#ifndef CROWD_H
#define CROWD_H

#include <stddef.h>
#include <stdint.h>

typedef enum { AWAY, CONNECTING, UPGRADING, GREETING, IN } Stage;

typedef struct {
    int fd, port, back;
    uint32_t room;
    char kind;
    Stage stage;
    char *hello, *rest; /* rest: the beginning of a frame whose end is still on its way */
    size_t rest_len;
    uint64_t lost_us, due_us;
    unsigned long long epoch, seq; /* of the log: what this client has */
    int has_log;
} Client;

typedef struct {
    uint32_t *speakers, n_speakers, n_readers, outstanding;
} Room;

extern Client *clients;
extern Room *rooms;
extern uint32_t n_clients, n_rooms;

void read_people(const char *path);

uint32_t not_arrived(void); /* messages that somebody still lacks */
uint32_t not_back(void);    /* clients whose connection was lost and that are not in again */
uint32_t behind(void);      /* clients that lack the end of their room's log */

#endif
