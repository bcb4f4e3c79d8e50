/*
 * signame - signals by name or number (signal(7)).
 */
#ifndef CAPWRAP_SIGNAME_H
#define CAPWRAP_SIGNAME_H

/* TERM or SIGTERM (any case) for a standard signal; the number from 1 to 64 for any; 0 for none.
 * Returns the number or -EINVAL. */
int signame_parse(const char *word);

#endif
