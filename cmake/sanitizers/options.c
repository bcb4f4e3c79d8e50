/* Linked only into the sanitizer build of the programs.
 *
 * Leak detection attaches to its own process, which the kernel refuses after a change of identity.
 * In secure mode (AT_SECURE) ASAN_OPTIONS is not read, so this code disables leak detection. The
 * unit tests, whose identity never changes, keep it. A library that a test preloads comes first. */
const char *__asan_default_options(void);

const char *__asan_default_options(void) { return "detect_leaks=0:verify_asan_link_order=0"; }
