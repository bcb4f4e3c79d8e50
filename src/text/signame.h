/*
 * signame - signals by name or number (signal(7)).
 */
#ifndef CAPWRAP_SIGNAME_H
#define CAPWRAP_SIGNAME_H

/* Parses TERM or SIGTERM (any case) for a standard signal, a number from 1 to 64 for any signal,
 * and 0 for none. Returns the number or -EINVAL. */
int signame_parse(const char *word);

#endif
