/* Connections: made, upgraded, read, lost and made again, all in one epoll loop. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include "crowd.h"

extern uint64_t first_loss_us; /* when the first connection was lost, or 0 */

void open_poller(void);
void come_in(Client *c, int port);
void stop_reading(Client *c);
void poll_once(int timeout_ms);
void tick_every(uint64_t us); /* poll_once also returns this often: finer than epoll's milliseconds, without spinning */

#endif
