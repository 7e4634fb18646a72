/* What happens, in this order: everybody comes in, does what the mode says, and what is still on its way arrives. */
#ifndef SCENARIO_H
#define SCENARIO_H

void everybody_comes_in(void);
void begin_sending(void);
void run_for(double for_s);
void settle(void);

#endif
