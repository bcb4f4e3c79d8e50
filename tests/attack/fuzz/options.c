/*
 * The command line: options_parse() accepts what the manual page says, as getopt_long(3) reads it,
 * and understands the same.
 * Input: the words behind "capwrap", each ended by NUL.
 */
#include "capwrap/options.h"

#include <string.h>

#include "fuzz.h"
#include "ref.h"

static bool same(const char *a, const char *b) { return a == b; } /* both point into argv */

static void check_values(const struct options *options, const struct said *said, char **argv) {
    CHECK((int)options->mode == (int)said->mode, "%d, not %d", options->mode, said->mode);
    CHECK(same(options->mode_value, said->mode_value), "mode value");
    CHECK(same(options->user, said->user), "user");
    CHECK(same(options->groups, said->groups), "groups");
    CHECK(options->keep == said->keep, "%llx, not %llx", (unsigned long long)options->keep,
          (unsigned long long)said->keep);
    CHECK(options->keep_all == said->keep_all, "keep all");
    CHECK(options->command == argv + said->command, "word %td, not %d", options->command - argv,
          said->command);
}

static void check_flags(const struct options *options, const struct said *said) {
    CHECK(options->no_new_privs == said->no_new_privs, "no-new-privs");
    CHECK(options->lock_securebits == said->lock_securebits, "lock-securebits");
    CHECK(options->no_login_env == said->no_login_env, "no-login-env");
    CHECK(options->chown_stdio == said->chown_stdio, "chown-stdio");
    CHECK(options->close_fds == said->close_fds, "close-fds");
    CHECK(options->strict == said->strict, "strict");
    CHECK(options->dry_run == said->dry_run, "dry-run");
    CHECK(options->json == said->json, "json");
    CHECK(options->verbose == said->verbose, "verbose");
    CHECK(options->quiet == said->quiet, "quiet");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct words words;
    struct options options;
    struct said said;
    struct fail f = {0};

    words_of("capwrap", (const char *)data, size, &words);
    if (size == 0) /* not even a name, as execve(2) allowed before Linux 5.18 */
        words.list += words.count--;
    bool expected = ref_options(words.count, words.list, &said);
    int status = options_parse(words.count, words.list, &options, &f);
    CHECK((status == 0) == expected, "%s: %s", expected ? "refused" : "accepted", f.text);
    if (expected) {
        fuzz_count(options.mode == MODE_RUN ? "accepted" : "only looks");
        check_values(&options, &said, words.list);
        check_flags(&options, &said);
    } else {
        fuzz_count("refused");
        CHECK(status == -1 && f.code == FAIL_USAGE && f.exit_code == EXIT_REFUSED, "%d", f.code);
        CHECK(f.step != NULL && f.text[0] != '\0', "nothing is said");
    }
    if (size == 0)
        words.list -= ++words.count;
    words_free(&words);
    return 0;
}
