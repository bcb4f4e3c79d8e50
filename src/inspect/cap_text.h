/*
 * cap_text - what each capability allows, in one line (capabilities(7)).
 */
#ifndef CAPWRAP_CAP_TEXT_H
#define CAPWRAP_CAP_TEXT_H

/* Returns NULL for a capability that is newer than this program. */
const char *cap_text(unsigned cap);

#endif
