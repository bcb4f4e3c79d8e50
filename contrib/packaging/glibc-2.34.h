/*
 * Included first when packages are built (CMakePresets.json). From glibc 2.38 on, strtol(3), sscanf(3) and similar
 * calls are linked to newer functions, which also read 0b1 in bases 0 and 2, so the package would need glibc 2.38.
 * capwrap reads no numbers in these bases. With this header a package built on Debian 13 also works on Debian 12.
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
