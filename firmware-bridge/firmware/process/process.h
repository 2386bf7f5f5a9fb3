#ifndef PROCESS_H
#define PROCESS_H

/* PROCESS_CUT is the exit status of a process whose power was cut. */
#define PROCESS_CUT 42

/* process_flash opens the flash in a file. After cut operations the next one is
 * torn as chance has it; below 0 there is no cut. */
void process_flash(const char *path, const char *key_hex, long cut, unsigned chance);

/* process_left is how many operations are left until the cut. */
long process_left(void);

#endif
