/*
 * The command line: options_parse() accepts what the manual page says, as getopt_long(3) reads it,
 * and understands the same.
 * Input: the arguments after "capwrap", each ended by NUL.
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
    /* Both were initialised with zeros. */
    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c) */
    CHECK(memcmp(&read, &said->options, sizeof read) == 0, "another value");
}

static void check_line(struct words *words) {
    struct options options;
    struct said said;
    struct fail f = {0};
    bool expected = ref_options(words->count, words->list, &said);
    int status = options_parse(words->count, words->list, &options, &f);

    CHECK((status == 0) == expected, "%s: %s", expected ? "refused" : "accepted", f.text);
    if (expected) {
        fuzz_count(options.mode == MODE_RUN ? "accepted" : "only looks");
        check_values(&options, &said, words->list);
        return;
    }
    fuzz_count("refused");
    CHECK(status == -1 && f.code == FAIL_USAGE && f.exit_code == EXIT_REFUSED, "%d", f.code);
    CHECK(f.step != NULL && f.text[0] != '\0', "nothing is said");
}

/* Each option as it may stand, with a value that it takes. */
static const char *const OPTIONS[] = {
    "--user=web",          "--groups=none",     "--keep=CHOWN",     "--want=KILL",
    "--no-new-privs",      "--lock-securebits", "--no-login-env",   "--chown-stdio",
    "--close-fds",         "--disable-userns",  "--pdeathsig=KILL", "--chdir=/",
    "--reset-env",         "--pass-env=HOME",   "--umask=027",      "--apparmor-profile=web",
    "--selinux-label=web", "--strict",          "--dry-run",        "--json",
    "--assert=1",          "--status",          "--status=1",       "--decode=0",
    "--list-caps",         "--verbose",         "--quiet",          "--help",
    "--version",
};
static const size_t COUNT = sizeof OPTIONS / sizeof OPTIONS[0];

static void check_all_are_here(void) {
    const char *name;

    for (size_t place = 0; (name = ref_option(place)) != NULL; place++) {
        size_t i = 0, length = strlen(name);
        while (i < COUNT && (strncmp(OPTIONS[i] + 2, name, length) != 0 ||
                             (OPTIONS[i][2 + length] != '=' && OPTIONS[i][2 + length] != '\0')))
            i++;
        CHECK(i < COUNT, "no pair has --%s", name);
    }
}

/* Every option with every other, without a command and with one: what goes with what is not left
 * to chance. */
static void check_pairs(void) {
    for (size_t i = 0; i < COUNT * COUNT * 2; i++) {
        char text[64];
        struct words words;
        int size = snprintf(text, sizeof text, "%s%c%s%c%s", OPTIONS[i / 2 / COUNT], '\0',
                            OPTIONS[i / 2 % COUNT], '\0', i % 2 == 1 ? "id" : "");

        words_of("capwrap", text, (size_t)size - (i % 2 == 0), &words);
        check_line(&words);
        words_free(&words);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bool begun;
    struct words words;

    if (!begun) {
        check_all_are_here();
        check_pairs();
        begun = true;
    }
    words_of("capwrap", (const char *)data, size, &words);
    if (size == 0) /* not even a name, as execve(2) allowed before Linux 5.18 */
        words.list += words.count--;
    check_line(&words);
    if (size == 0)
        words.list -= ++words.count;
    words_free(&words);
    return 0;
}
