/*
 * Included first where packages are made (CMakePresets.json): from glibc 2.38 on, strtol(3), sscanf(3) and the
 * like would be other functions, which also read 0b1 in base 0 and 2, and the package would need that version. Nothing
 * here reads those bases, so that a package made on Debian 13 is for Debian 12 as well.
 */
#ifdef __has_include
#if __has_include(<features.h>)
#include <features.h>
#endif
#endif
#undef __GLIBC_USE_C2X_STRTOL
#define __GLIBC_USE_C2X_STRTOL 0
#undef __GLIBC_USE_C23_STRTOL
#define __GLIBC_USE_C23_STRTOL 0
