/*
 * Scripts are read as this machine's kernel reads them: each is inspected by program_find() on the
 * fake, and really executed.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/program.h"
#include "fake/kernel.h"

#define INTERPRETER "/bin/true"

enum { SCRIPT_SIZE = 512 };

/* A script in the making. */
struct script {
    size_t size;
    char head[SCRIPT_SIZE];
};

static void put(struct script *script, const char *text) {
    size_t size = strlen(text);

    assert_true(script->size + size <= sizeof script->head);
    memcpy(script->head + script->size, text, size);
    script->size += size;
}

static void put_times(struct script *script, char byte, size_t times) {
    assert_true(script->size + times <= sizeof script->head);
    memset(script->head + script->size, byte, times);
    script->size += times;
}

/* ---- the two readers ---- */

/* Whether capwrap would pass it to execve. */
static bool is_let_through(const struct script *script) {
    struct program program = {.command = "/srv/script"};
    struct plan plan = {0};
    struct fail f;

    fake_reset();
    fake_add_file("/srv/script", S_IFREG | 0755, 0, 0, "")->head = script->head;
    fake_find_file("/srv/script")->head_size = script->size;
    (void)fake_add_file(INTERPRETER, S_IFREG | 0755, 0, 0, "\177ELF");
    fake_be(33, 33);
    fake.permitted = fake.effective = 0;
    fake_truth(&plan.goal);
    free(plan.goal.groups.list);
    plan.goal.groups = (struct groups){0};
    int status = program_find(&plan, &program, &f);
    if (status != 0)
        assert_int_equal(f.code, FAIL_INTERPRETER);
    return status == 0;
}

/* 0 when the interpreter ran, else the errno of execve. Not by fork(2), which is slow under
 * sanitizers. */
static int execute(const char *path) {
    char *argv[] = {(char[]){"script"}, NULL};
    int status;
    pid_t child;

    int error = posix_spawn(&child, path, NULL, NULL, argv, argv + 1);
    if (error != 0)
        return error;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return 0;
}

static int really_execute(const char *folder, const struct script *script) {
    char path[PATH_MAX];

    assert_true(snprintf(path, sizeof path, "%s/script", folder) < (int)sizeof path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, script->head, script->size), (ssize_t)script->size);
    assert_int_equal(close(fd), 0);
    int error = execute(path);
    assert_int_equal(unlink(path), 0);
    return error;
}

/* ---- the scripts ---- */

struct tally {
    const char *folder;
    unsigned ran, failed;
};

static void compare(struct tally *tally, const struct script *script) {
    int error = really_execute(tally->folder, script);
    bool let_through = is_let_through(script);

    if (let_through != (error == 0))
        print_error("  %zu bytes, \"%.*s\": %s, but %s\n", script->size, (int)script->size,
                    script->head, error == 0 ? "it runs" : strerror(error),
                    let_through ? "it is let through" : "it is refused");
    assert_int_equal(let_through, error == 0);
    tally->ran += error == 0;
    tally->failed += error != 0;
}

/* #!, blanks, the interpreter, and what follows it. The end falls before, on and after the last
 * byte that the kernel reads. */
static void compare_with_blanks(struct tally *tally, char blank, size_t blanks, const char *rest) {
    struct script script = {0};

    put(&script, "#!");
    put_times(&script, blank, blanks);
    put(&script, INTERPRETER);
    put(&script, rest);
    compare(tally, &script);
}

/* #! and a few bytes of every kind that matters, in every order. */
static void compare_all_short_lines(struct tally *tally) {
    static const char *const pieces[] = {" ", "\t", "\n", INTERPRETER, "x", ""};
    enum { PIECES = sizeof pieces / sizeof pieces[0], LENGTH = 4 };
    unsigned count = 1;

    for (unsigned i = 0; i < LENGTH; i++)
        count *= PIECES;
    for (unsigned n = 0; n < count; n++) {
        struct script script = {0};
        put(&script, "#!");
        for (unsigned i = 0, rest = n; i < LENGTH; i++, rest /= PIECES) {
            put(&script, pieces[rest % PIECES]);
            if (rest % PIECES == PIECES - 1)
                put_times(&script, '\0', 1); /* the empty piece stands for a NUL */
        }
        compare(tally, &script);
    }
}

static void scripts_are_read_as_this_kernel_reads_them(void **state) {
    static const char *const rests[] = {"\n", "", " ", "\t\n", " argument\n", "x\n", "\r\n"};
    const char *parent = getenv("TMPDIR");
    struct tally tally = {0};
    char folder[PATH_MAX];

    (void)state;
    assert_true(snprintf(folder, sizeof folder, "%s/shebang.XXXXXX",
                         parent != NULL ? parent : "/tmp") < (int)sizeof folder);
    tally.folder = mkdtemp(folder);
    assert_non_null(tally.folder);
    compare_with_blanks(&tally, ' ', 0, "\n");
    assert_int_equal(tally.ran, 1); /* otherwise programs in this directory cannot be executed */

    for (size_t i = 0; i < sizeof rests / sizeof rests[0]; i++)
        for (size_t blanks = 0; blanks < 270; blanks += blanks == 3 ? 230 : 1) {
            compare_with_blanks(&tally, ' ', blanks, rests[i]);
            compare_with_blanks(&tally, '\t', blanks, rests[i]);
        }
    compare_all_short_lines(&tally);
    assert_int_equal(rmdir(folder), 0);
    print_message("  %u scripts ran, %u did not\n", tally.ran, tally.failed);
    assert_true(tally.ran > 0 && tally.failed > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_are_read_as_this_kernel_reads_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
