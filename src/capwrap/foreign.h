/*
 * foreign - options of setpriv, capsh, docker, su, chpst and other tools, and the corresponding
 * options of capwrap.
 */
#ifndef CAPWRAP_FOREIGN_H
#define CAPWRAP_FOREIGN_H

#include "text/option_table.h"

enum { FOREIGN_COUNT = 25 };

extern const struct foreign_options FOREIGN[FOREIGN_COUNT];

#endif
