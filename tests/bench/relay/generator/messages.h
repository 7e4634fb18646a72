/* What clients say and hear: their greeting, numbered messages, and the log, which has neither gaps nor doubles. */
#ifndef MESSAGES_H
#define MESSAGES_H

#include "crowd.h"

extern int sending; /* new messages are still begun */

const char *after(const char *p, size_t len, const char *what); /* where `what` ends in p, or NULL */

void greet(Client *c);
void send_message(uint32_t room); /* the next one, by any of the room's speakers */
void send_ping(Client *c, uint64_t now);
void send_report(Client *c);
void take_text(Client *c, const char *p, size_t len);

#endif
