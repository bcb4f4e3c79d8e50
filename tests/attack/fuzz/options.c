/*
 * The command line: options_parse() accepts what the manual page says, as getopt_long(3) reads it,
 * and understands the same.
 * Input: the words behind "capwrap", each ended by NUL.
 */
#include "capwrap/options.h"

#include <string.h>

#include "fuzz.h"
#include "ref.h"

/* What the parser keeps for itself is not compared. Bytes are, so the copy is one of bytes. */
static void check_values(const struct options *options, const struct said *said, char **argv) {
    struct options read;

    CHECK(options->command == argv + said->command, "word %td, not %d", options->command - argv,
          said->command);
    memcpy(&read, options, sizeof read);
    read.command = NULL;
    read.keep_given = read.keep_none = false;
    read.run_option = read.start_option = NULL;
    /* Both began as zeros. */
    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c) */
    CHECK(memcmp(&read, &said->options, sizeof read) == 0, "another value");
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
