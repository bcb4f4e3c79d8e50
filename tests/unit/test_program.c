/*
 * The program is found with the new identity and inspected as execve will inspect it.
 */
#include <endian.h>
#include <errno.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "core/program.h"
#include "fake/kernel.h"
#include "show/json.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define BIND CAP_MASK(CAP_NET_BIND_SERVICE)
#define RAW  CAP_MASK(CAP_NET_RAW)
#define ELF  "\177ELF"

enum { WWW = 33 };

/* ---- the goal that is in force ---- */

/* The process is uid and gid WWW and holds keep; the plan says so as well. */
static void hold(struct plan *plan, uint64_t keep, bool no_new_privs) {
    fake_reset();
    fake_be(WWW, WWW);
    fake_set_groups(1, (const gid_t[]){WWW});
    fake.permitted = fake.effective = fake.inheritable = fake.ambient = fake.bounding = keep;
    fake.no_new_privs = no_new_privs;
    *plan = (struct plan){.keep = keep};
    fake_truth(&plan->goal);
    free(plan->goal.groups.list);
    plan->goal.groups = (struct groups){0};
}

static void hold_as_root(struct plan *plan, uint64_t keep) {
    hold(plan, keep, false);
    fake_be(0, 0);
    plan->goal.uid = plan->goal.gid = ids_all(0);
}

static void add(const char *path, unsigned mode, const char *head) {
    (void)fake_add_file(path, S_IFREG | mode, 0, 0, head);
}

static int find(const struct plan *plan, const char *command, const char *search_path,
                struct program *program, struct fail *f) {
    memset(program, 0, sizeof *program);
    /* A field that is not set is noticed. */
    memset(program->interpreters, 'x', sizeof program->interpreters);
    program->streams_closed = 8;
    program->no_new_privs = !plan->goal.no_new_privs;
    program->file = (struct exec_file){.set_uid = true,
                                       .set_gid = true,
                                       .has_caps = true,
                                       .caps_effective = true,
                                       .caps_permitted = UINT64_MAX};
    memset(f, 0, sizeof *f);
    program->command = command;
    program->search_path = search_path;
    return program_find(plan, program, f);
}

static void found(const struct plan *plan, const char *command, const char *search_path,
                  const char *path) {
    struct program program;
    struct fail f;
    int status = find(plan, command, search_path, &program, &f);

    if (status != 0)
        print_error("%s: %s (%d)\n", command, f.text, f.error);
    assert_int_equal(status, 0);
    assert_string_equal(program.path, path);
    assert_int_equal(program.no_new_privs, plan->goal.no_new_privs);
}

static void refused(const struct plan *plan, const char *command, const char *search_path,
                    enum fail_code code, int exit_code, int error) {
    struct program program;
    struct fail f;

    assert_int_equal(find(plan, command, search_path, &program, &f), -1);
    if (f.code != code || f.exit_code != exit_code || f.error != error)
        print_error("%s: %s, %s (%d), %d\n", command, json_code(f.code), f.text, f.error,
                    f.exit_code);
    assert_string_equal(f.step, "program");
    assert_int_equal(f.code, code);
    assert_int_equal(f.exit_code, exit_code);
    assert_int_equal(f.error, error);
    assert_non_null(f.subject);
    assert_true(strlen(f.text) > 0);
    assert_false(fake.exec_reached);
}

/* ---- where it is ---- */

static void a_command_with_a_slash_is_not_searched_for(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, BIND, false);
    add("/srv/server", 0755, ELF);
    add("bin/server", 0755, ELF);
    add("./server", 0755, ELF);
    add("/usr/bin/bin/server", 0755, ELF);
    found(&plan, "/srv/server", "/nowhere", "/srv/server");
    found(&plan, "bin/server", "/usr/bin", "bin/server");
    found(&plan, "./server", NULL, "./server");
    refused(&plan, "./other", "/srv", FAIL_NOT_FOUND, EXIT_NOT_FOUND, ENOENT);
}

static void path_elements_are_tried_in_order(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, BIND, false);
    add("/one/server", 0755, ELF);
    add("/two/server", 0755, ELF);
    found(&plan, "server", "/none:/one:/two", "/one/server");
    found(&plan, "server", "/two:/one", "/two/server");
    add("/two//server", 0755, ELF); /* the fake knows one spelling only */
    found(&plan, "server", "/two/", "/two//server");
    refused(&plan, "server", "/none:/nothing", FAIL_NOT_FOUND, EXIT_NOT_FOUND, ENOENT);
    refused(&plan, "serve", "/one:/two", FAIL_NOT_FOUND, EXIT_NOT_FOUND, ENOENT);
}

static void a_command_may_be_one_byte_long_and_not_less(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, BIND, false);
    add("/one/x", 0755, ELF);
    (void)fake_add_file("/one/", S_IFDIR | 0755, 0, 0, "");
    (void)fake_add_file("/", S_IFDIR | 0755, 0, 0, "");
    refused(&plan, "", "/one", FAIL_NOT_FOUND, EXIT_NOT_FOUND, ENOENT);
    assert_int_equal(fake.call_count, 0); /* without an inspection */
    found(&plan, "x", "/one", "/one/x");
    refused(&plan, "/", NULL, FAIL_NOT_EXECUTABLE, EXIT_NOT_EXECUTABLE, EISDIR);
}

static void empty_and_relative_path_elements_are_skipped(void **state) {
    static const char *const paths[] = {
        "",      ":",     "::",      ".",       "..",     "./",     "here",
        "here:", ":here", "../here", ".:/none", ":/none", "/none:", "here:.:/none::"};
    struct plan plan;

    (void)state;
    hold(&plan, BIND, false);
    add("server", 0755, ELF); /* in the current directory */
    add("./server", 0755, ELF);
    add("../server", 0755, ELF);
    add("here/server", 0755, ELF);
    add("../here/server", 0755, ELF);
    add("/server", 0755, ELF); /* an empty element is not the root either */
    for (size_t i = 0; i < COUNT(paths); i++)
        refused(&plan, "server", paths[i], FAIL_NOT_FOUND, EXIT_NOT_FOUND, ENOENT);
    add("/one/server", 0755, ELF);
    found(&plan, "server", ":.:here:/one", "/one/server");
}

static void without_path_the_systems_folders_are_searched(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, BIND, false);
    add("/bin/server", 0755, ELF);
    found(&plan, "server", NULL, "/bin/server");
    add("/usr/bin/server", 0755, ELF);
    found(&plan, "server", NULL, "/usr/bin/server");
    refused(&plan, "server", "", FAIL_NOT_FOUND, EXIT_NOT_FOUND, ENOENT); /* empty is not unset */
}

static void what_may_not_be_executed_is_passed_over_but_remembered(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, BIND, false);
    add("/one/server", 0644, ELF);
    add("/two/server", 0700, ELF); /* root's alone */
    (void)fake_add_file("/three/server", S_IFDIR | 0755, 0, 0, "");
    refused(&plan, "server", "/one:/none", FAIL_NOT_EXECUTABLE, EXIT_NOT_EXECUTABLE, EACCES);
    refused(&plan, "server", "/two:/none", FAIL_NOT_EXECUTABLE, EXIT_NOT_EXECUTABLE, EACCES);
    refused(&plan, "server", "/three:/none", FAIL_NOT_EXECUTABLE, EXIT_NOT_EXECUTABLE, EISDIR);
    add("/four/server", 0755, ELF);
    found(&plan, "server", "/one:/two:/three:/four", "/four/server");
}

static void a_folder_that_the_user_may_not_search_is_passed_over(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, BIND, false);
    (void)fake_add_file("/secret", S_IFDIR | 0700, 0, 0, "");
    add("/secret/server", 0755, ELF);
    refused(&plan, "server", "/secret:/none", FAIL_NOT_FOUND, EXIT_NOT_FOUND, ENOENT);
    add("/one/server", 0755, ELF);
    found(&plan, "server", "/secret:/one", "/one/server");
}

static void only_a_regular_file_is_a_program(void **state) {
    const struct {
        unsigned type;
        int error;
    } rows[] = {{S_IFDIR, EISDIR}, {S_IFIFO, EACCES}, {S_IFCHR, EACCES}, {S_IFSOCK, EACCES}};
    struct plan plan;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        hold(&plan, BIND, false);
        (void)fake_add_file("/srv/thing", rows[i].type | 0755, 0, 0, "");
        refused(&plan, "/srv/thing", NULL, FAIL_NOT_EXECUTABLE, EXIT_NOT_EXECUTABLE, rows[i].error);
    }
}

static void the_new_user_looks_with_what_it_keeps(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, BIND, false);
    (void)fake_add_file("/root", S_IFDIR | 0700, 0, 0, "");
    add("/root/server", 0755, ELF);
    refused(&plan, "/root/server", NULL, FAIL_NOT_EXECUTABLE, EXIT_NOT_EXECUTABLE, EACCES);
    hold(&plan, CAP_MASK(CAP_DAC_READ_SEARCH), false);
    (void)fake_add_file("/root", S_IFDIR | 0700, 0, 0, "");
    add("/root/server", 0755, ELF);
    found(&plan, "/root/server", NULL, "/root/server");
}

static void a_mount_without_exec_is_as_a_file_without_permission(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, BIND, false);
    fake_add_file("/srv/server", S_IFREG | 0755, 0, 0, ELF)->noexec = true;
    refused(&plan, "/srv/server", NULL, FAIL_NOT_EXECUTABLE, EXIT_NOT_EXECUTABLE, EACCES);
}

static void nothing_is_not_found_and_so_is_a_file_as_a_folder(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, BIND, false);
    add("/srv/server", 0755, ELF);
    refused(&plan, "", "/srv", FAIL_NOT_FOUND, EXIT_NOT_FOUND, ENOENT);
    refused(&plan, "/srv/server/more", NULL, FAIL_NOT_FOUND, EXIT_NOT_FOUND, ENOENT);
    refused(&plan, "more", "/srv/server", FAIL_NOT_FOUND, EXIT_NOT_FOUND, ENOENT);
}

static void a_name_that_is_too_long_is_refused(void **state) {
    static char command[PATH_MAX + 1], path[PATH_MAX + 16];
    struct plan plan;

    (void)state;
    hold(&plan, BIND, false);
    add("/one/server", 0755, ELF);
    memset(command, 'a', PATH_MAX);
    command[0] = '/';
    refused(&plan, command, NULL, FAIL_NOT_EXECUTABLE, EXIT_NOT_EXECUTABLE, ENAMETOOLONG);
    command[PATH_MAX - 1] = '\0'; /* just fits, and is not there */
    refused(&plan, command, NULL, FAIL_NOT_FOUND, EXIT_NOT_FOUND, ENOENT);
    memset(path, 'a', PATH_MAX);
    path[0] = '/';
    memcpy(path + PATH_MAX, ":/one", sizeof ":/one");
    found(&plan, "server", path, "/one/server"); /* an element that is too long is skipped */
}

/* One byte too long for PATH_MAX: snprintf would make it the name of another file. */
static void a_name_that_is_cut_off_is_nobodys(void **state) {
    static char path[PATH_MAX], other[PATH_MAX + 1];
    size_t length = PATH_MAX - sizeof "/server" + 1;
    struct plan plan;

    (void)state;
    memset(path, 'a', length);
    path[0] = '/';
    assert_int_equal(snprintf(other, sizeof other, "%s/serve", path), PATH_MAX - 1);
    hold(&plan, BIND, false);
    add(other, 0755, ELF);
    refused(&plan, "server", path, FAIL_NOT_FOUND, EXIT_NOT_FOUND, ENOENT);
    found(&plan, "serve", path, other);
}

static void what_is_not_found_leaves_no_path_behind(void **state) {
    struct program program;
    struct plan plan;
    struct fail f;

    (void)state;
    hold(&plan, BIND, false);
    assert_int_equal(find(&plan, "server", "/one:/two", &program, &f), -1);
    assert_string_equal(program.path, "");
    assert_int_equal(find(&plan, "./server", NULL, &program, &f), -1);
    assert_string_equal(program.path, "");
}

static void an_error_in_a_lookup_is_not_taken_for_absence(void **state) {
    static const struct {
        int error;
        enum fail_code code;
        int exit_code;
    } rows[] = {
        {EIO, FAIL_SYSTEM_CALL, EXIT_REFUSED},
        {ENOMEM, FAIL_SYSTEM_CALL, EXIT_REFUSED},
        {EPERM, FAIL_SYSTEM_CALL, EXIT_REFUSED},
        {ELOOP, FAIL_NOT_EXECUTABLE, EXIT_NOT_EXECUTABLE},
    };
    static const char *const calls[] = {"sys_may_execute", "sys_inspect"};
    struct plan plan;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t c = 0; c < COUNT(calls); c++) {
            hold(&plan, 0, true);
            add("/one/server", 0755, ELF);
            add("/two/server", 0755, ELF);
            (void)fake_arm(FAKE_FAILS, calls[c], 1, rows[i].error);
            refused(&plan, "server", "/one:/two", rows[i].code, rows[i].exit_code, rows[i].error);
        }
}

/* ---- scripts ---- */

#define BLANKS_243                                                                                 \
    "                                                                                         "    \
    "                                                                                         "    \
    "                                                                 "

/* The size counts: a NUL may be among the bytes. */
struct script {
    const char *head;
    size_t size;
    const char *interpreter; /* NULL: refused, or not a script */
    bool is_script;
};

#define SCRIPT(text, name) text, sizeof(text) - 1, name, true
#define NO_NAME(text)      text, sizeof(text) - 1, NULL, true
#define NO_SCRIPT(text)    text, sizeof(text) - 1, NULL, false

/* As binfmt_script of Linux 5.1 and later reads them; tried on a real kernel by test_shebang. */
static const struct script SCRIPTS[] = {
    {SCRIPT("#!/bin/sh\n", "/bin/sh")},
    {SCRIPT("#!/bin/sh\necho hello\n", "/bin/sh")},
    {SCRIPT("#! /bin/sh\n", "/bin/sh")},
    {SCRIPT("#!\t /bin/sh\n", "/bin/sh")},
    {SCRIPT("#!/bin/sh \n", "/bin/sh")},
    {SCRIPT("#!/bin/sh -e\n", "/bin/sh")},
    {SCRIPT("#!/bin/sh\t-e -x\n", "/bin/sh")},
    {SCRIPT("#!/bin/sh", "/bin/sh")}, /* the file ends there */
    {SCRIPT("#!/bin/sh -e", "/bin/sh")},
    {SCRIPT("#!/bin/sh\0\n", "/bin/sh")},   /* a NUL ends it */
    {SCRIPT("#!/bin/sh\r\n", "/bin/sh\r")}, /* a carriage return does not */
    {SCRIPT("#!sh\n", "sh")},               /* relative, as written */
    {SCRIPT("#!./a b\n", "./a")},
    {SCRIPT("#!" BLANKS_243 "/a/b/c/d/e\n", "/a/b/c/d/e")},   /* the newline is byte 256 */
    {SCRIPT("#!" BLANKS_243 "/a/b/c/d/e x\n", "/a/b/c/d/e")}, /* only the argument is cut off */
    {NO_NAME("#!" BLANKS_243 "/a/b/c/d/ef\n")},               /* cut off at an unknown place */
    {NO_NAME("#!" BLANKS_243 "/a/b/c/d/ef x\n")},
    {NO_NAME("#!" BLANKS_243 "             \n")},
    {NO_NAME("#!" BLANKS_243 "             /bin/sh\n")},
    {NO_NAME("#!")},
    {NO_NAME("#!\n")},
    {NO_NAME("#! \t \n")},
    {NO_NAME("#!\n/bin/sh\n")},
    {NO_NAME("#! ")},
    {NO_NAME("#!\0/bin/sh\n")},
    {NO_SCRIPT("# !/bin/sh\n")},
    {NO_SCRIPT("#")},
    {NO_SCRIPT("x!/bin/sh\n")},
    {NO_SCRIPT("")},
    {NO_SCRIPT(" #!/bin/sh\n")},
    {NO_SCRIPT("\n#!/bin/sh\n")},
    {NO_SCRIPT("!#/bin/sh\n")},
    {NO_SCRIPT("\xef\xbb\xbf#!/bin/sh\n")},
};

static void scripts_are_read_as_the_kernel_reads_them(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(SCRIPTS); i++) {
        const struct script *script = &SCRIPTS[i];
        struct program program;
        struct plan plan;
        struct fail f;

        hold(&plan, BIND, false);
        struct fake_file *file = fake_add_file("/srv/script", S_IFREG | 0755, 0, 0, "");
        file->head = script->head;
        file->head_size = script->size;
        if (script->interpreter != NULL)
            add(script->interpreter, 0755, ELF);
        int status = find(&plan, "/srv/script", NULL, &program, &f);
        bool right = status == (script->is_script && script->interpreter == NULL ? -1 : 0);
        if (!right)
            print_error("script %zu \"%.40s\": %s\n", i, script->head, f.text);
        assert_true(right);
        assert_int_equal(program.interpreter_count, script->interpreter != NULL ? 1 : 0);
        if (script->interpreter != NULL)
            assert_string_equal(program.interpreters[0], script->interpreter);
        if (status != 0) {
            assert_int_equal(f.code, FAIL_INTERPRETER);
            assert_int_equal(f.exit_code, EXIT_NOT_EXECUTABLE);
            assert_int_equal(f.error, ENOEXEC);
            assert_true(strlen(f.text) > 0);
        }
    }
}

/* /srv/script is run by /i/0, that by /i/1 ...; the last one is no script. */
static void add_chain(unsigned interpreters) {
    static char names[8][16], heads[8][32];

    for (unsigned i = 0; i <= interpreters; i++) {
        (void)snprintf(names[i], sizeof names[i], "/i/%u", i);
        (void)snprintf(heads[i], sizeof heads[i], "#!/i/%u\n", i);
    }
    for (unsigned i = 0; i <= interpreters; i++) {
        const char *name = i == 0 ? "/srv/script" : names[i - 1];
        add(name, 0755, i == interpreters ? ELF : heads[i]);
    }
}

static void five_interpreters_are_followed_and_six_refused(void **state) {
    (void)state;
    for (unsigned count = 0; count <= 6; count++) {
        struct program program;
        struct plan plan;
        struct fail f;

        hold(&plan, BIND, false);
        add_chain(count);
        int status = find(&plan, "/srv/script", NULL, &program, &f);
        assert_int_equal(status, count <= 5 ? 0 : -1);
        assert_int_equal(program.interpreter_count, count <= 5 ? count : 5);
        for (unsigned i = 0; i < program.interpreter_count; i++) {
            char name[16];
            (void)snprintf(name, sizeof name, "/i/%u", i);
            assert_string_equal(program.interpreters[i], name);
        }
        if (count > 5) {
            assert_int_equal(f.code, FAIL_INTERPRETER);
            assert_int_equal(f.exit_code, EXIT_NOT_EXECUTABLE);
            assert_int_equal(f.error, ELOOP);
        }
    }
}

static void a_script_that_runs_itself_is_refused(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, 0, true);
    add("/srv/script", 0755, "#!/srv/script\n");
    refused(&plan, "/srv/script", NULL, FAIL_INTERPRETER, EXIT_NOT_EXECUTABLE, ELOOP);
}

/* 126, because the program was found: it is the interpreter that is not. */
static void an_interpreter_that_cannot_run_is_refused_with_126(void **state) {
    const struct {
        unsigned mode; /* 0: not there */
        int error;
    } rows[] = {{0, ENOENT}, {S_IFREG | 0644, EACCES}, {S_IFDIR | 0755, EISDIR}};
    struct plan plan;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (unsigned deep = 0; deep < 2; deep++) {
            hold(&plan, deep == 0 ? BIND : 0, deep != 0); /* it would matter in both cases */
            add("/srv/script", 0755, deep == 0 ? "#!/i/last\n" : "#!/i/first\n");
            add("/i/first", 0755, "#!/i/last\n");
            if (rows[i].mode != 0)
                (void)fake_add_file("/i/last", rows[i].mode, 0, 0, ELF);
            refused(&plan, "/srv/script", NULL, FAIL_INTERPRETER, EXIT_NOT_EXECUTABLE,
                    rows[i].error);
        }
}

static void an_interpreter_behind_a_loop_of_links_is_refused_with_126(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, 0, true);
    add("/srv/script", 0755, "#!/i/last\n");
    (void)fake_arm(FAKE_FAILS, "sys_may_execute", 2, ELOOP);
    refused(&plan, "/srv/script", NULL, FAIL_INTERPRETER, EXIT_NOT_EXECUTABLE, ELOOP);
}

static void a_refused_interpreter_is_named_beside_its_script(void **state) {
    struct program program;
    struct plan plan;
    struct fail f;

    (void)state;
    hold(&plan, BIND, false);
    add("/srv/script", 0755, "#!/i/first\n");
    add("/i/first", 0755, "#!/i/last\n");
    assert_int_equal(find(&plan, "/srv/script", NULL, &program, &f), -1);
    assert_string_equal(f.subject, "/i/first"); /* whose first line is wrong */
    assert_non_null(strstr(f.text, "/i/last"));
}

static void a_file_that_is_neither_script_nor_program_is_left_to_execve(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, BIND, false);
    add("/srv/text", 0755, "echo hello\n"); /* no /bin/sh here: ENOEXEC, and then 126 */
    found(&plan, "/srv/text", NULL, "/srv/text");
}

/* ---- file capabilities ---- */

struct attribute {
    uint32_t magic;
    uint32_t words[4]; /* permitted and inheritable, low and high, in the order of the file */
    uint32_t root;
};

static struct attribute attribute_of(uint32_t magic, uint64_t permitted, uint64_t inheritable,
                                     uint32_t root) {
    return (struct attribute){
        .magic = htole32(magic),
        .words = {htole32((uint32_t)permitted), htole32((uint32_t)inheritable),
                  htole32((uint32_t)(permitted >> 32)), htole32((uint32_t)(inheritable >> 32))},
        .root = htole32(root),
    };
}

enum {
    REVISION_1 = 0x01000000,
    REVISION_2 = 0x02000000,
    REVISION_3 = 0x03000000,
    EFFECTIVE = 1,
    SIZE_1 = 12,
    SIZE_2 = 20,
    SIZE_3 = 24
};

static void add_with_caps(const struct attribute *attribute, size_t size) {
    struct fake_file *file = fake_add_file("/srv/server", S_IFREG | 0755, 0, 0, ELF);

    file->caps = attribute;
    file->caps_size = size;
}

static void an_attribute_of_revision_2_is_read_whole(void **state) {
    const struct attribute attribute =
        attribute_of(REVISION_2 | EFFECTIVE, CAP_MASK(40) | BIND, CAP_MASK(33) | CAP_MASK(31), 0);
    struct program program;
    struct plan plan;
    struct fail f;

    (void)state;
    hold(&plan, CAP_MASK(40) | BIND, false);
    add_with_caps(&attribute, SIZE_2);
    assert_int_equal(find(&plan, "/srv/server", NULL, &program, &f), 0);
    assert_true(program.file.has_caps);
    assert_true(program.file.caps_effective);
    assert_true(program.file.caps_permitted == (CAP_MASK(40) | BIND));
    assert_true(program.file.caps_inheritable == (CAP_MASK(33) | CAP_MASK(31)));
}

static void a_file_without_the_attribute_has_no_capabilities(void **state) {
    struct program program;
    struct plan plan;
    struct fail f;

    (void)state;
    hold(&plan, BIND, false);
    add("/srv/server", 0755, ELF);
    assert_int_equal(find(&plan, "/srv/server", NULL, &program, &f), 0);
    assert_false(program.file.has_caps);
    assert_true(program.inspected);
    assert_true(program.after.permitted == BIND);
    assert_true(program.after.ambient == BIND);
    assert_false(program.ambient_cleared);
}

static void an_attribute_that_is_not_understood_is_refused(void **state) {
    static const struct {
        uint32_t magic, root;
        size_t size;
        bool all_mapped;
    } rows[] = {
        {REVISION_2, 0, 0, true},
        {REVISION_2, 0, 1, true},
        {REVISION_2, 0, 3, true},
        {REVISION_2, 0, 4, true},
        {REVISION_2, 0, SIZE_1, true},
        {REVISION_2, 0, SIZE_2 - 1, true},
        {REVISION_2, 0, SIZE_2 + 1, true},
        {REVISION_2, 0, SIZE_3, true},
        {REVISION_2, 1000, SIZE_3, true},
        {REVISION_1, 0, SIZE_1, true},
        {REVISION_1, 0, SIZE_2, true},
        {REVISION_3, 0, SIZE_2, true},
        {REVISION_3, 1000, SIZE_2, true},
        {REVISION_3, 0, SIZE_3, true}, /* the kernel shows this namespace's own as revision 2 */
        {REVISION_3, 1000, SIZE_3 - 1, true},
        {REVISION_3, 1000, SIZE_3, false}, /* may be the root of a namespace above this one */
        {0x04000000, 0, SIZE_2, true},
        {0x04000000, 0, SIZE_3, true},
        {0, 0, SIZE_2, true},
        {0xff000000, 0, SIZE_2, true},
    };
    struct plan plan;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct attribute attribute = attribute_of(rows[i].magic, 0, 0, rows[i].root);

        hold(&plan, BIND, false);
        if (!rows[i].all_mapped)
            fake.uid_map.count = 65536;
        add_with_caps(&attribute, rows[i].size);
        refused(&plan, "/srv/server", NULL, FAIL_FILE_CAPABILITIES, EXIT_REFUSED, EPROTO);
    }
}

static void an_attribute_that_is_too_long_is_refused(void **state) {
    static const char attribute[64];
    struct plan plan;

    (void)state;
    hold(&plan, BIND, false);
    fake_add_file("/srv/server", S_IFREG | 0755, 0, 0, ELF)->caps = attribute;
    fake_find_file("/srv/server")->caps_size = sizeof attribute;
    refused(&plan, "/srv/server", NULL, FAIL_FILE_CAPABILITIES, EXIT_REFUSED, ERANGE);
}

static void an_attribute_for_another_user_namespace_does_not_count(void **state) {
    const struct attribute attribute = attribute_of(REVISION_3 | EFFECTIVE, RAW, 0, 100000);
    struct program program;
    struct plan plan;
    struct fail f;

    (void)state;
    hold(&plan, BIND, false);
    add_with_caps(&attribute, SIZE_3);
    assert_int_equal(find(&plan, "/srv/server", NULL, &program, &f), 0);
    assert_false(program.file.has_caps);

    hold(&plan, BIND, false); /* or the kernel reports it itself */
    add_with_caps(&attribute, SIZE_3);
    (void)fake_arm(FAKE_FAILS, "sys_read_file_caps", 1, EOVERFLOW);
    assert_int_equal(find(&plan, "/srv/server", NULL, &program, &f), 0);
    assert_false(program.file.has_caps);
}

/* ---- the effect on the goal ---- */

struct prediction {
    const char *claim;
    uint64_t keep;
    bool root, no_new_privs, strict, nosuid;
    unsigned mode;
    uid_t owner;
    gid_t group;
    uint32_t magic; /* of the attribute; 0: none */
    uint64_t permitted, inheritable;
    enum fail_code code; /* FAIL_NONE: it may run */
    bool ambient_cleared;
    uint64_t caps; /* in the error: what would differ */
};

enum { PLAIN = S_IFREG | 0755, E = REVISION_2 | EFFECTIVE, P = REVISION_2 };

static const struct prediction PREDICTIONS[] = {
    {"a plain program", BIND, 0, 0, 0, 0, PLAIN, 0, 0, 0, 0, 0, FAIL_NONE, false, 0},
    {"set-user-ID", BIND, 0, 0, 0, 0, PLAIN | S_ISUID, 0, 0, 0, 0, 0, FAIL_SET_ID, false, 0},
    {"set-user-ID to somebody", 0, 0, 0, 0, 0, PLAIN | S_ISUID, 7, 0, 0, 0, 0, FAIL_SET_ID, false,
     0},
    {"set-user-ID to oneself", BIND, 0, 0, 0, 0, PLAIN | S_ISUID, WWW, 0, 0, 0, 0, FAIL_NONE, false,
     0},
    {"set-user-ID under no_new_privs", BIND, 0, true, 0, 0, PLAIN | S_ISUID, 0, 0, 0, 0, 0,
     FAIL_NONE, false, 0},
    {"set-user-ID on a nosuid mount", BIND, 0, 0, 0, true, PLAIN | S_ISUID, 0, 0, 0, 0, 0,
     FAIL_NONE, false, 0},
    {"set-group-ID", BIND, 0, 0, 0, 0, PLAIN | S_ISGID, 0, 0, 0, 0, 0, FAIL_SET_ID, false, 0},
    {"set-group-ID without group-execute is something else", BIND, 0, 0, 0, 0,
     S_IFREG | S_ISGID | 0745, 0, 0, 0, 0, 0, FAIL_NONE, false, 0},
    {"set-group-ID to one's own group", BIND, 0, 0, 0, 0, PLAIN | S_ISGID, 0, WWW, 0, 0, 0,
     FAIL_NONE, false, 0},
    {"set-group-ID on a nosuid mount", BIND, 0, 0, 0, true, PLAIN | S_ISGID, 0, 0, 0, 0, 0,
     FAIL_NONE, false, 0},
    {"set-group-ID under no_new_privs", BIND, 0, true, 0, 0, PLAIN | S_ISGID, 0, 0, 0, 0, 0,
     FAIL_NONE, false, 0},

    {"an empty attribute takes what is kept", BIND, 0, 0, 0, 0, PLAIN, 0, 0, P, 0, 0,
     FAIL_FILE_CAPABILITIES, false, BIND},
    {"... and nothing where nothing is kept", 0, 0, 0, 0, 0, PLAIN, 0, 0, P, 0, 0, FAIL_NONE, false,
     0},
    {"... and nothing on a nosuid mount", BIND, 0, 0, 0, true, PLAIN, 0, 0, P, 0, 0, FAIL_NONE,
     false, 0},
    {"... and under no_new_privs all the same", BIND, 0, true, 0, 0, PLAIN, 0, 0, P, 0, 0,
     FAIL_FILE_CAPABILITIES, false, BIND},
    {"the kept one, effective: it runs, without ambient", BIND, 0, 0, 0, 0, PLAIN, 0, 0, E, BIND, 0,
     FAIL_NONE, true, 0},
    {"... which --strict does not take", BIND, 0, 0, true, 0, PLAIN, 0, 0, E, BIND, 0, FAIL_STRICT,
     true, 0},
    {"the kept one, not effective", BIND, 0, 0, 0, 0, PLAIN, 0, 0, P, BIND, 0,
     FAIL_FILE_CAPABILITIES, false, 0},
    {"the kept one, inheritable and effective", BIND, 0, 0, 0, 0, PLAIN, 0, 0, E, 0, BIND,
     FAIL_NONE, true, 0},
    {"another, not effective, is cut off by the bounding set", BIND, 0, 0, 0, 0, PLAIN, 0, 0, P,
     RAW, 0, FAIL_FILE_CAPABILITIES, false, BIND},
    {"another, effective: execve would refuse", BIND, 0, 0, 0, 0, PLAIN, 0, 0, E, RAW, 0,
     FAIL_OUTSIDE_BOUNDING, false, RAW},
    {"... on a nosuid mount it does not", BIND, 0, 0, 0, true, PLAIN, 0, 0, E, RAW, 0, FAIL_NONE,
     false, 0},
    {"one of two that are kept", BIND | RAW, 0, 0, 0, 0, PLAIN, 0, 0, E, BIND, 0,
     FAIL_FILE_CAPABILITIES, false, RAW},

    {"root keeps one", BIND, true, 0, 0, 0, PLAIN, 0, 0, 0, 0, 0, FAIL_NONE, false, 0},
    {"root and an empty attribute: ambient goes", BIND, true, 0, 0, 0, PLAIN, 0, 0, P, 0, 0,
     FAIL_NONE, true, 0},
    {"root and set-user-ID to somebody", BIND, true, 0, 0, 0, PLAIN | S_ISUID, WWW, 0, 0, 0, 0,
     FAIL_SET_ID, false, 0},
    {"root and set-user-ID root", BIND, true, 0, 0, 0, PLAIN | S_ISUID, 0, 0, 0, 0, 0, FAIL_NONE,
     false, 0},
};

static void what_would_run_in_another_state_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(PREDICTIONS); i++) {
        const struct prediction *row = &PREDICTIONS[i];
        const struct attribute attribute =
            attribute_of(row->magic, row->permitted, row->inheritable, 0);
        struct program program;
        struct plan plan;
        struct fail f;

        print_message("  %s\n", row->claim);
        if (row->root)
            hold_as_root(&plan, row->keep);
        else
            hold(&plan, row->keep, row->no_new_privs);
        plan.strict = row->strict;
        struct fake_file *file =
            fake_add_file("/srv/server", row->mode, row->owner, row->group, ELF);
        file->nosuid = row->nosuid;
        file->caps = row->magic == 0 ? NULL : &attribute;
        file->caps_size = SIZE_2;
        int status = find(&plan, "/srv/server", NULL, &program, &f);
        if (status != 0 && f.code != row->code)
            print_error("%s: %s\n", json_code(f.code), f.text);
        assert_int_equal(status, row->code == FAIL_NONE ? 0 : -1);
        assert_int_equal(program.ambient_cleared, row->ambient_cleared);
        if (status == 0) {
            assert_true(program.inspected);
            continue;
        }
        assert_int_equal(f.code, row->code);
        assert_true(f.caps == row->caps);
        assert_int_equal(f.error, row->code == FAIL_OUTSIDE_BOUNDING ? EPERM : 0);
        assert_string_equal(f.subject, "/srv/server");
        assert_true(strlen(f.text) > 0);
        assert_int_equal(f.exit_code,
                         row->code == FAIL_OUTSIDE_BOUNDING ? EXIT_NOT_EXECUTABLE : EXIT_REFUSED);
    }
}

/* If it was requested, the result is an error, not a note. */
static void cleared_and_asked_for(const struct plan *plan, bool cleared) {
    struct program program;
    struct fail f;

    assert_int_equal(find(plan, "/srv/server", NULL, &program, &f), cleared ? -1 : 0);
    if (!cleared)
        return;
    assert_int_equal(f.code, FAIL_FILE_CAPABILITIES);
    assert_int_equal(f.exit_code, EXIT_REFUSED);
    assert_int_equal(f.error, 0);
    assert_non_null(strstr(f.text, "parent-death signal"));
}

/* What is a note in `lenient` is an error under --strict. */
static void noted_under_strict(const struct plan *plan, const struct program *lenient) {
    bool noted = lenient->signal_cleared || lenient->ambient_cleared;
    struct program program;
    struct fail f;

    assert_int_equal(find(plan, "/srv/server", NULL, &program, &f), noted ? -1 : 0);
    if (!noted)
        return;
    assert_int_equal(f.code, FAIL_STRICT);
    assert_int_equal(f.exit_code, EXIT_REFUSED);
    assert_non_null(strstr(f.text, program.ambient_cleared ? "ambient" : "parent-death signal"));
}

/* In secure mode (ld.so(8)) execve clears the parent-death signal: capabilities(7) has the sets,
 * commoncap.c the rest - not for a real uid of 0. */
static void a_parent_death_signal_that_execve_disarms_is_told_of(void **state) {
    const struct {
        const char *claim;
        uint64_t keep, permitted;
        uint32_t magic;
        bool root, cleared;
    } rows[] = {
        {"a plain program", BIND, 0, 0, false, false},
        {"what is kept, effective in the file", BIND, BIND, E, false, true},
        {"nothing, effective in the file", 0, 0, E, false, true},
        {"nothing in the file", 0, 0, P, false, false},
        {"root: what is kept, effective in the file", BIND, BIND, E, true, false},
        {"root: nothing in the file", BIND, 0, P, true, false},
    };

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(rows); i++) {
        const bool armed = i % 2 == 0;
        const struct attribute attribute =
            attribute_of(rows[i / 2].magic, rows[i / 2].permitted, 0, 0);
        struct program program;
        struct plan plan;
        struct fail f;

        print_message("  %s%s\n", rows[i / 2].claim, armed ? "" : ", no signal");
        if (rows[i / 2].root)
            hold_as_root(&plan, rows[i / 2].keep);
        else
            hold(&plan, rows[i / 2].keep, false);
        plan.parent_death_signal = armed ? 15 : 0;
        add_with_caps(rows[i / 2].magic == 0 ? NULL : &attribute, SIZE_2);
        assert_int_equal(find(&plan, "/srv/server", NULL, &program, &f), 0);
        assert_int_equal(program.signal_cleared, armed && rows[i / 2].cleared);

        plan.needs_parent_death = armed;
        cleared_and_asked_for(&plan, program.signal_cleared);
        plan.needs_parent_death = false;
        plan.strict = true;
        noted_under_strict(&plan, &program);
    }
}

/* No plan of ours leaves root such a bounding set without no_new_privs; this is a second check. */
static void root_that_would_gain_by_execve_is_refused(void **state) {
    struct program program;
    struct plan plan;
    struct fail f;

    (void)state;
    hold_as_root(&plan, BIND);
    plan.goal.bounding = fake.bounding = BIND | RAW;
    add("/srv/server", 0755, ELF);
    assert_int_equal(find(&plan, "/srv/server", NULL, &program, &f), -1);
    assert_int_equal(f.code, FAIL_ROOT_GAINS);
    assert_int_equal(f.exit_code, EXIT_REFUSED);
    assert_int_equal(f.error, 0);
    assert_true(f.caps == RAW);
    assert_non_null(strstr(f.text, "uid 0"));
    plan.goal.no_new_privs = true;
    assert_int_equal(find(&plan, "/srv/server", NULL, &program, &f), 0);
}

/* What is left in the bounding set matters as soon as a file would use it, effective or not. */
static void a_file_that_uses_what_is_left_in_the_bounding_set_is_refused(void **state) {
    const uint32_t magics[] = {E, P};

    (void)state;
    for (size_t i = 0; i < COUNT(magics); i++) {
        const struct attribute attribute = attribute_of(magics[i], RAW, 0, 0);
        struct program program;
        struct plan plan;
        struct fail f;

        hold(&plan, 0, false);
        plan.goal.bounding = fake.bounding = FAKE_ALL_CAPS;
        add_with_caps(&attribute, SIZE_2);
        assert_int_equal(find(&plan, "/srv/server", NULL, &program, &f), -1);
        assert_int_equal(f.code, FAIL_FILE_CAPABILITIES);
        assert_true(f.caps == RAW);
    }
}

static void the_last_file_of_a_chain_is_the_one_that_counts(void **state) {
    const struct attribute attribute = attribute_of(REVISION_2, 0, 0, 0);
    struct program program;
    struct plan plan;
    struct fail f;

    (void)state;
    hold(&plan, BIND, false); /* the bits and capabilities of a script have no effect */
    struct fake_file *script =
        fake_add_file("/srv/script", PLAIN | S_ISUID | S_ISGID, 0, 0, "#!/i/sh\n");
    script->caps = &attribute;
    script->caps_size = SIZE_2;
    add("/i/sh", 0755, ELF);
    assert_int_equal(find(&plan, "/srv/script", NULL, &program, &f), 0);

    fake_find_file("/i/sh")->mode |= S_ISUID; /* those of its interpreter have */
    assert_int_equal(find(&plan, "/srv/script", NULL, &program, &f), -1);
    assert_int_equal(f.code, FAIL_SET_ID);
    assert_string_equal(f.subject, "/i/sh");

    fake_find_file("/i/sh")->mode = PLAIN;
    fake_find_file("/i/sh")->caps = &attribute;
    fake_find_file("/i/sh")->caps_size = SIZE_2;
    assert_int_equal(find(&plan, "/srv/script", NULL, &program, &f), -1);
    assert_int_equal(f.code, FAIL_FILE_CAPABILITIES);
    assert_string_equal(f.subject, "/i/sh");
}

/* ---- an inspection that cannot be completed ---- */

struct hindrance {
    const char *call;
    unsigned nth; /* 0: the file itself is unreadable */
    int error;
    enum fail_code code;
};

static const struct hindrance HINDRANCES[] = {
    {"sys_read_head", 1, EIO, FAIL_UNREADABLE},
    {"sys_read_head", 1, EACCES, FAIL_UNREADABLE},
    {"sys_read_file_caps", 1, EPERM, FAIL_FILE_CAPABILITIES},
    {"sys_read_file_caps", 1, EINVAL, FAIL_FILE_CAPABILITIES},
    {"unreadable", 0, EACCES, FAIL_UNREADABLE},
};

static void hinder(const struct hindrance *hindrance) {
    add("/srv/server", hindrance->nth == 0 ? 0711 : 0755, ELF);
    if (hindrance->nth != 0)
        (void)fake_arm(FAKE_FAILS, hindrance->call, hindrance->nth, hindrance->error);
}

static void what_cannot_be_looked_at_is_refused_unless_it_cannot_matter(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(HINDRANCES); i++) {
        struct program program;
        struct plan plan;
        struct fail f;

        hold(&plan, BIND, false);
        hinder(&HINDRANCES[i]);
        refused(&plan, "/srv/server", NULL, HINDRANCES[i].code, EXIT_REFUSED, HINDRANCES[i].error);
        hold(&plan, BIND, true); /* a file could take it away */
        hinder(&HINDRANCES[i]);
        refused(&plan, "/srv/server", NULL, HINDRANCES[i].code, EXIT_REFUSED, HINDRANCES[i].error);
        hold(&plan, 0, false); /* a file could add */
        hinder(&HINDRANCES[i]);
        refused(&plan, "/srv/server", NULL, HINDRANCES[i].code, EXIT_REFUSED, HINDRANCES[i].error);
        hold(&plan, 0, true);
        hinder(&HINDRANCES[i]);
        assert_int_equal(find(&plan, "/srv/server", NULL, &program, &f), 0);
        assert_false(program.inspected);
        assert_string_equal(program.path, "/srv/server");
        hold(&plan, 0, true); /* a file could clear the signal */
        plan.needs_parent_death = true;
        hinder(&HINDRANCES[i]);
        refused(&plan, "/srv/server", NULL, HINDRANCES[i].code, EXIT_REFUSED, HINDRANCES[i].error);
    }
}

static void an_interpreter_that_cannot_be_looked_up_is_an_incomplete_look(void **state) {
    struct program program;
    struct plan plan;
    struct fail f;

    (void)state;
    hold(&plan, BIND, false);
    add("/srv/script", 0755, "#!/i/sh\n");
    add("/i/sh", 0755, ELF);
    (void)fake_arm(FAKE_FAILS, "sys_may_execute", 2, EIO);
    refused(&plan, "/srv/script", NULL, FAIL_UNREADABLE, EXIT_REFUSED, EIO);
    hold(&plan, 0, true);
    add("/srv/script", 0755, "#!/i/sh\n");
    add("/i/sh", 0755, ELF);
    (void)fake_arm(FAKE_FAILS, "sys_may_execute", 2, EIO);
    assert_int_equal(find(&plan, "/srv/script", NULL, &program, &f), 0);
}

/* ---- execve ---- */

static void whatever_execve_says_the_exit_status_is_126(void **state) {
    static const struct {
        int error;
        enum fail_code code;
        const char *word; /* of the explanation */
    } rows[] = {
        {ENOENT, FAIL_INTERPRETER, "loader"},
        {ENOTDIR, FAIL_INTERPRETER, "loader"},
        {EAGAIN, FAIL_PROCESS_LIMIT, "RLIMIT_NPROC"},
        {EACCES, FAIL_NOT_EXECUTABLE, "cannot be executed"},
        {EPERM, FAIL_NOT_EXECUTABLE, "cannot be executed"},
        {ENOEXEC, FAIL_NOT_EXECUTABLE, "cannot be executed"},
        {ETXTBSY, FAIL_NOT_EXECUTABLE, "cannot be executed"},
        {E2BIG, FAIL_NOT_EXECUTABLE, "cannot be executed"},
        {ENOMEM, FAIL_NOT_EXECUTABLE, "cannot be executed"},
        {ELOOP, FAIL_NOT_EXECUTABLE, "cannot be executed"},
        {EIO, FAIL_NOT_EXECUTABLE, "cannot be executed"},
    };
    char *words[] = {NULL};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct program program = {.command = "server", .path = "/srv/server"};
        struct fail f = {0};

        fake_reset();
        fake.exec_error = rows[i].error;
        assert_int_equal(program_exec(&program, words, words, &f), -1);
        assert_int_equal(f.code, rows[i].code);
        assert_int_equal(f.exit_code, EXIT_NOT_EXECUTABLE);
        assert_int_equal(f.error, rows[i].error);
        assert_non_null(strstr(f.text, rows[i].word));
        assert_string_equal(f.step, "exec");
        assert_string_equal(f.subject, "/srv/server");
    }
}

/* What a security module refuses under no_new_privs it may allow without. */
static void a_refusal_of_a_security_module_under_no_new_privs_is_advised_of(void **state) {
    char *words[] = {NULL};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct program program = {
            .command = "server", .path = "/srv/server", .no_new_privs = (i & 1) != 0};
        struct fail f = {0};

        fake_reset();
        fake.exec_error = (i & 2) != 0 ? EPERM : ENOMEM;
        assert_int_equal(program_exec(&program, words, words, &f), -1);
        if (i < 3)
            assert_null(f.hint);
        else
            assert_string_equal(f.hint, "leave out --no-new-privs, under which a security module "
                                        "refuses this change of profile or domain: AppArmor allows "
                                        "one from unconfined, and SELinux where its policy has "
                                        "nnp_transition");
    }
}

static void an_execve_that_returns_without_an_error_is_a_failure(void **state) {
    struct program program = {.command = "server", .path = "/srv/server"};
    char *words[] = {NULL};
    struct fail f = {0};

    (void)state;
    fake_reset();
    (void)fake_arm(FAKE_LIES, "sys_execve", 1, 0);
    assert_int_equal(program_exec(&program, words, words, &f), -1);
    assert_int_equal(f.exit_code, EXIT_NOT_EXECUTABLE);
    assert_int_equal(f.error, 0);
    assert_string_equal(f.step, "exec");
    assert_int_equal(f.code, FAIL_NOT_EXECUTABLE);
    assert_non_null(strstr(f.text, "without an error"));
}

/* ---- before execve ---- */

/* Finds COMMAND with nothing kept, and checks it. */
static int find_and_check(const struct plan *plan, const char *command, struct program *program,
                          struct fail *f) {
    assert_int_equal(find(plan, command, NULL, program, f), 0);
    return program_check(plan, program, f);
}

static void what_the_kernel_would_refuse_is_refused_before_execve(void **state) {
    static const struct {
        int error;
        enum fail_code code; /* FAIL_NONE: it continues */
    } rows[] = {
        {EACCES, FAIL_NOT_EXECUTABLE}, {EPERM, FAIL_NOT_EXECUTABLE}, {ETXTBSY, FAIL_NOT_EXECUTABLE},
        {ENOENT, FAIL_INTERPRETER},    {EAGAIN, FAIL_PROCESS_LIMIT}, {ENOMEM, FAIL_NOT_EXECUTABLE},
        {EINVAL, FAIL_NONE},           {ENOSYS, FAIL_NONE},
    };
    const struct fake_elf server = fake_elf(NULL);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct program program;
        struct plan plan;
        struct fail f;

        hold(&plan, 0, false);
        (void)fake_add_program("/srv/server", &server);
        (void)fake_arm(FAKE_FAILS, "sys_execve_check", 1, rows[i].error);
        int status = find_and_check(&plan, "/srv/server", &program, &f);
        assert_int_equal(status, rows[i].code == FAIL_NONE ? 0 : -1);
        if (status == 0)
            continue;
        assert_int_equal(f.code, rows[i].code);
        assert_int_equal(f.error, rows[i].error);
        assert_int_equal(f.exit_code, EXIT_NOT_EXECUTABLE);
        assert_string_equal(f.step, "exec");
        assert_string_equal(f.subject, "/srv/server");
    }
}

static void an_answer_that_is_no_error_changes_nothing(void **state) {
    struct program program;
    struct plan plan;
    struct fail f;

    (void)state;
    hold(&plan, 0, false);
    add("/srv/text", 0755, "echo hello\n");
    (void)fake_arm(FAKE_LIES, "sys_execve_check", 1, 0);
    fake.lie = 1;
    assert_int_equal(find_and_check(&plan, "/srv/text", &program, &f), 0);
    assert_int_equal(fake_called("sys_execve_check"), 1); /* once, and no reading of the format */
    assert_int_equal(fake_called("sys_read_at"), 0);
}

static const struct {
    const char *head, *word;
    enum fail_code code;
    int error;
    const char *hint; /* a word of it; NULL: show/hint.c has it, or it is composed */
} FORMATS[] = {
    {"", "empty", FAIL_NOT_EXECUTABLE, ENOEXEC, "copy"},
    {"echo hello\n", "text", FAIL_NOT_EXECUTABLE, ENOEXEC, NULL},
    {"MZ\1", "Windows", FAIL_NOT_EXECUTABLE, ENOEXEC, "for Linux"},
    {"\1", "neither", FAIL_NOT_EXECUTABLE, ENOEXEC, "a format that"},
    {"\xef\xbb\xbf#!/bin/sh\n", "byte-order mark", FAIL_NOT_EXECUTABLE, ENOEXEC, "as UTF-8"},
    {"\r\n#!/bin/sh\n", "does not stand at the beginning", FAIL_NOT_EXECUTABLE, ENOEXEC,
     "before #!"},
    {ELF, "damaged", FAIL_NOT_EXECUTABLE, ENOEXEC, "readelf"},
    {"other machine", "built for machine number 75, and this is ", FAIL_NOT_EXECUTABLE, ENOEXEC,
     "for this machine"},
    {"loader", "it needs the loader /lib/loader, which does not exist", FAIL_INTERPRETER, ENOENT,
     NULL},
    {"shut loader", "it needs the loader /lib/loader, which cannot be used", FAIL_INTERPRETER,
     EACCES, NULL},
};

/* A dry run has no execve that would report it. */
static void a_dry_run_predicts_by_the_format_what_a_real_run_is_told(void **state) {
    struct fake_elf other = fake_elf(NULL), loaderless = fake_elf("/lib/loader");
    char *words[] = {NULL};

    (void)state;
    other.head.e_machine = 75; /* a VAX */
    for (size_t i = 0; i < 2 * COUNT(FORMATS); i++) {
        const size_t row = i / 2;
        const bool dry = i % 2 == 0;
        struct program program;
        struct plan plan;
        struct fail f;

        hold(&plan, 0, false);
        add("/srv/script", 0755, "#!/srv/server\n");
        if (strcmp(FORMATS[row].head, "other machine") == 0)
            (void)fake_add_program("/srv/server", &other);
        else if (strstr(FORMATS[row].head, "loader") != NULL)
            (void)fake_add_program("/srv/server", &loaderless);
        else
            add("/srv/server", 0755, FORMATS[row].head);
        if (FORMATS[row].error == EACCES)
            add("/lib/loader", 0644, ELF);
        plan.dry_run = dry;
        fake.exec_error = FORMATS[row].error;
        int status = find_and_check(&plan, "/srv/script", &program, &f);
        assert_int_equal(status, dry ? -1 : 0);
        if (!dry)
            assert_int_equal(program_exec(&program, words, words, &f), -1);
        assert_string_equal(f.step, "exec");
        assert_int_equal(f.code, FORMATS[row].code);
        assert_int_equal(f.error, FORMATS[row].error);
        assert_int_equal(f.exit_code, EXIT_NOT_EXECUTABLE);
        assert_string_equal(f.subject, "/srv/server"); /* the interpreter, which is the cause */
        assert_non_null(strstr(f.text, FORMATS[row].word));
        if (FORMATS[row].hint == NULL)
            assert_null(f.hint);
        else
            assert_non_null(strstr(f.hint, FORMATS[row].hint));
        assert_int_equal(strstr(f.advice, "install the C library of /lib/loader, or ") != NULL,
                         FORMATS[row].code == FAIL_INTERPRETER);
    }
}

static void the_format_explains_no_other_error(void **state) {
    struct program program;
    char *words[] = {NULL};
    struct plan plan;
    struct fail f;

    (void)state;
    hold(&plan, 0, false);
    add("/srv/text", 0755, "echo hello\n");
    assert_int_equal(find(&plan, "/srv/text", NULL, &program, &f), 0);
    fake.exec_error = ETXTBSY;
    assert_int_equal(program_exec(&program, words, words, &f), -1);
    assert_int_equal(f.error, ETXTBSY);
    assert_null(strstr(f.text, "text"));
}

/* binfmt_misc may know the format; the loader of a program it does not replace. */
static void formats_that_are_registered_leave_the_format_to_execve(void **state) {
    struct fake_elf loaderless = fake_elf("/lib/loader");
    struct program program;
    struct plan plan;
    struct fail f;

    (void)state;
    hold(&plan, 0, false);
    plan.dry_run = true;
    fake.has_formats = true;
    add("/srv/text", 0755, "echo hello\n");
    assert_int_equal(find_and_check(&plan, "/srv/text", &program, &f), 0);
    (void)fake_add_program("/srv/server", &loaderless);
    assert_int_equal(find_and_check(&plan, "/srv/server", &program, &f), -1);
    assert_int_equal(f.error, ENOENT);
}

static void what_is_gone_with_the_descriptors_is_told(void **state) {
    static const char *const chain[] = {"/proc/self/fd/7", "/i/first", "/i/last"};
    const struct fake_elf server = fake_elf(NULL);

    (void)state;
    for (size_t i = 0; i <= COUNT(chain); i++) {
        struct program program;
        struct plan plan;
        struct fail f = {0};

        hold(&plan, 0, false);
        fake.open_above_stderr = 1;
        add(chain[0], 0755, "#!/i/first\n");
        add(chain[1], 0755, "#!/i/last\n");
        (void)fake_add_program(chain[2], &server);
        if (i < COUNT(chain))
            fake_find_file(chain[i])->through_fd = true;
        assert_int_equal(find(&plan, chain[0], NULL, &program, &f), 0);
        fake.open_above_stderr = 0;
        (void)program_check(&plan, &program, &f);
        assert_null(strstr(f.text, "closed")); /* no descriptor was to be closed */
        plan.close_fds = true;
        int status = program_check(&plan, &program, &f);
        assert_int_equal(status, i < COUNT(chain) ? -1 : 0);
        if (i == COUNT(chain))
            continue;
        assert_string_equal(f.step, "exec");
        assert_int_equal(f.code, FAIL_NOT_EXECUTABLE);
        assert_string_equal(f.text, "it was there before the descriptors above 2 were closed");
        assert_string_equal(f.subject, chain[i]);
        assert_int_equal(f.error, ENOENT);
        assert_int_equal(f.exit_code, EXIT_NOT_EXECUTABLE);
        assert_non_null(strstr(f.hint, "--close-fds"));
    }
}

static void a_working_directory_that_the_user_may_not_search_is_noted(void **state) {
    const struct {
        const char *claim;
        unsigned mode;
        uint64_t effective, keep; /* at the start, and kept */
        bool identity, groups, noted;
        int asked;
    } rows[] = {
        {"another user", 0700, 0, 0, true, false, true, 1},
        {"other groups", 0700, 0, 0, false, true, true, 1},
        {"fewer capabilities", 0700, RAW, 0, false, false, true, 1},
        {"whom it is open to", 0755, RAW, 0, true, true, false, 1},
        {"who keeps what opens it", 0700, 0, CAP_MASK(CAP_DAC_READ_SEARCH), true, true, false, 1},
        {"who is and holds the same", 0700, 0, 0, false, false, false, 0},
    };

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(rows); i++) {
        const size_t row = i / 2;
        struct program program;
        struct plan plan;
        struct fail f;

        print_message("  %s\n", rows[row].claim);
        hold(&plan, rows[row].keep, false);
        add("/srv/server", 0755, ELF);
        (void)fake_add_file(".", S_IFDIR | rows[row].mode, 0, 0, "");
        plan.changes_identity = rows[row].identity;
        plan.set_groups = rows[row].groups;
        plan.start.effective = rows[row].effective;
        plan.strict = i % 2 == 1;
        int status = find(&plan, "/srv/server", NULL, &program, &f);
        assert_int_equal(program.directory_closed, rows[row].noted);
        assert_int_equal(fake_called("sys_may_execute"), 1 + rows[row].asked);
        assert_int_equal(status, plan.strict && rows[row].noted ? -1 : 0);
        if (status == 0)
            continue;
        assert_int_equal(f.code, FAIL_STRICT);
        assert_int_equal(f.exit_code, EXIT_REFUSED);
        assert_int_equal(f.error, EACCES);
        assert_string_equal(f.text, "the user may not search the working directory");
        assert_non_null(strstr(f.hint, "--strict"));
    }
}

static void a_stream_that_stays_closed_to_the_user_is_noted(void **state) {
    static const struct {
        unsigned given; /* the owner of these changes */
        int errors[3];  /* what opening each again answers */
        bool asked;     /* --chown-stdio */
        unsigned noted;
        int error;
    } rows[] = {
        {0, {EACCES, EACCES, EACCES}, false, 0, 0}, /* not requested */
        {0, {EACCES, 0, 0}, true, 0, 0},            /* standard input is none of these */
        {0, {0, EACCES, 0}, true, 2, EACCES},
        {0, {0, 0, EACCES}, true, 4, EACCES},
        {0, {0, EACCES, EACCES}, true, 6, EACCES},
        {2, {0, EACCES, EACCES}, true, 4, EACCES}, /* its owner opens a stream that changes owner */
        {6, {0, EACCES, EACCES}, true, 0, 0},
        {0, {0, ENXIO, 0}, true, 2, ENXIO},
        {0, {0, EIO, ENOENT}, true, 0, 0}, /* it cannot be read */
    };

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(rows); i++) {
        const size_t row = i / 2;
        struct program program;
        struct plan plan;
        struct fail f;

        hold(&plan, 0, false);
        add("/srv/server", 0755, ELF);
        for (unsigned fd = 0; fd < 3; fd++)
            fake.reopen_error[fd] = rows[row].errors[fd];
        plan.chown_stdio = rows[row].asked;
        plan.stdio = rows[row].given;
        plan.strict = i % 2 == 1;
        int status = find(&plan, "/srv/server", NULL, &program, &f);
        assert_int_equal(program.streams_closed, rows[row].noted);
        assert_int_equal(status, plan.strict && rows[row].noted != 0 ? -1 : 0);
        if (status == 0)
            continue;
        assert_string_equal(f.step, "stdio");
        assert_int_equal(f.code, FAIL_STRICT);
        assert_int_equal(f.error, rows[row].error);
        assert_int_equal(f.exit_code, EXIT_REFUSED);
        assert_non_null(strstr(f.hint, rows[row].error == ENXIO ? "socket" : "session"));
        assert_true(rows[row].error == ENXIO || strstr(f.hint, "a file of the user's") != NULL);
    }
}

/* ---- the obstacle ---- */

static void denied(const struct plan *plan, const char *command, const char *search_path,
                   enum fail_code code, const char *text, const char *obstacle, const char *hint) {
    struct program program;
    struct fail f;

    assert_int_equal(find(plan, command, search_path, &program, &f), -1);
    assert_int_equal(f.code, code);
    assert_string_equal(f.text, text);
    if (obstacle == NULL)
        assert_null(f.obstacle);
    else
        assert_string_equal(f.obstacle, obstacle);
    assert_non_null(strstr(f.hint != NULL ? f.hint : f.advice, hint));
}

/* A link in PATH to a file behind a directory that the user may not search. */
static void a_link_that_cannot_be_followed_is_found_and_names_the_directory(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, 0, false);
    (void)fake_add_file("/root", S_IFDIR | 0700, 0, 0, "");
    add("/root/python", 0755, ELF);
    fake_add_file("/venv/python", S_IFLNK | 0777, 0, 0, "")->link = "/root/python";
    denied(&plan, "python", "/bin:/venv", FAIL_NOT_EXECUTABLE, "the user may not search", "/root",
           "chmod o+x /root");
    denied(&plan, "/venv/python", NULL, FAIL_NOT_EXECUTABLE, "the user may not search", "/root",
           "chmod o+x /root");
    add("/srv/script", 0755, "#!/venv/python\n");
    denied(&plan, "/srv/script", NULL, FAIL_INTERPRETER,
           "its #! line names /venv/python; the user may not search", "/root", "chmod o+x /root");
    add("/last/python", 0755, ELF);
    found(&plan, "python", "/venv:/last", "/last/python");
}

/* As long as a #! line may name it. */
static void the_longest_interpreter_is_named_whole(void **state) {
    static char name[PROGRAM_HEAD - 2];
    char script[PROGRAM_HEAD + 1], text[PROGRAM_HEAD + 64];
    struct plan plan;

    (void)state;
    hold(&plan, 0, false);
    memset(name, 'i', sizeof name - 1);
    name[0] = '/';
    (void)snprintf(script, sizeof script, "#!%s\n", name);
    (void)snprintf(text, sizeof text, "its #! line names %s; nobody has permission to execute it",
                   name);
    add(name, 0644, ELF);
    add("/srv/script", 0755, script);
    denied(&plan, "/srv/script", NULL, FAIL_INTERPRETER, text, NULL, "chmod a+x");
}

static void what_denies_is_told_apart(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, 0, false);
    add("/srv/plain", 0644, ELF);
    add("/srv/private", 0700, ELF);
    add("/srv/mounted", 0755, ELF);
    fake_find_file("/srv/mounted")->noexec = true;
    (void)fake_add_file("/srv/device", S_IFCHR | 0666, 0, 0, "");
    (void)fake_add_file("/srv/directory", S_IFDIR | 0755, 0, 0, "");
    denied(&plan, "/srv/plain", NULL, FAIL_NOT_EXECUTABLE, "nobody has permission to execute it",
           NULL, "chmod a+x /srv/plain");
    denied(&plan, "/srv/private", NULL, FAIL_NOT_EXECUTABLE,
           "the user has no permission to execute it", NULL, "chmod a+x /srv/private");
    denied(&plan, "/srv/mounted", NULL, FAIL_NOT_EXECUTABLE, "it is on a mount with noexec", NULL,
           "a mount without noexec");
    denied(&plan, "/srv/device", NULL, FAIL_NOT_EXECUTABLE, "it is not a regular file", NULL,
           "not a device");
    fake_find_file("/srv/private")->mode |= 0777; /* and something else denies it */
    (void)fake_arm(FAKE_FAILS, "sys_may_execute", 1, EACCES);
    denied(&plan, "/srv/private", NULL, FAIL_NOT_EXECUTABLE, "cannot be executed", NULL,
           "access list");
    struct program program;
    struct fail f;
    assert_int_equal(find(&plan, "/srv/directory", NULL, &program, &f), -1);
    assert_string_equal(f.text, "it is a directory, not a program");
    assert_null(f.hint); /* the one for the code */
}

/* The file exists, and the path or its kind is wrong: the error says which, and no path is left.
 */
static void a_wrong_path_is_told_apart(void **state) {
    static const struct {
        int error;
        const char *text, *hint; /* NULL: the one of the code */
    } rows[] = {{EISDIR, "it is a directory, not a program", NULL},
                {ENAMETOOLONG, "the name is too long", "name the program by another path"},
                {ELOOP, "its links lead in a circle", "name the program by another path"}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct program program;
        struct plan plan;
        struct fail f;

        hold(&plan, 0, false);
        add("/srv/server", 0755, ELF);
        (void)fake_arm(FAKE_FAILS, "sys_may_execute", 1, rows[i].error);
        assert_int_equal(find(&plan, "/srv/server", NULL, &program, &f), -1);
        assert_string_equal(f.text, rows[i].text);
        assert_int_equal(f.error, rows[i].error);
        assert_int_equal(f.exit_code, EXIT_NOT_EXECUTABLE);
        if (rows[i].hint == NULL)
            assert_null(f.hint);
        else
            assert_string_equal(f.hint, rows[i].hint);
        assert_int_equal(program.path[0], '\0');
    }
}

/* Without a closed directory there is none to name. */
static void a_program_that_is_nowhere_names_no_directory(void **state) {
    struct plan plan;
    struct program program;
    struct fail f;

    (void)state;
    hold(&plan, 0, false);
    assert_int_equal(find(&plan, "server", "/usr/bin", &program, &f), -1);
    assert_string_equal(f.text, "not found: PATH has no absolute directory that exists");
    assert_null(f.obstacle);
    assert_string_equal(f.hint, "set PATH, as in env PATH=/usr/bin:/bin, or give the whole path");
    assert_int_equal(find(&plan, "server", "", &program, &f), -1);
    assert_string_equal(f.text, "not found: PATH has no absolute directory that exists");
    assert_int_equal(find(&plan, "server", ".:srv", &program, &f), -1);
    assert_string_equal(f.text, "not found: PATH has no absolute directory that exists");
    assert_int_equal(find(&plan, "server", NULL, &program, &f), -1);
    assert_string_equal(f.text, "not found");
    assert_null(f.hint);
    (void)fake_add_file("/usr/lib/.", S_IFDIR | 0755, 0, 0, "");
    assert_int_equal(find(&plan, "server", "/usr/bin:/usr/lib", &program, &f), -1);
    assert_string_equal(f.text, "not found");
    assert_null(f.hint);
}

/* PATH is not named where it was not searched. */
static void a_path_that_is_nowhere_has_a_hint_of_its_own(void **state) {
    static const struct {
        const char *command, *text, *hint;
    } rows[] = {
        {"/srv/server", "not found", "check the path: the file or a directory of it is missing"},
        {"/srv/server/", "not found", "check the path: the file or a directory of it is missing"},
        {"./server", "not found", "check the path, which begins at the working directory"},
        {"srv/server", "not found", "check the path, which begins at the working directory"},
        {"", "COMMAND is empty", "name the program: an unset variable in quotes is an empty word"},
    };
    struct plan plan;
    struct program program;
    struct fail f;

    (void)state;
    hold(&plan, 0, false);
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(find(&plan, rows[i].command, "/usr/bin", &program, &f), -1);
        assert_int_equal(f.code, FAIL_NOT_FOUND);
        assert_string_equal(f.text, rows[i].text);
        assert_string_equal(f.hint, rows[i].hint);
        assert_string_equal(f.advice, "");
    }
}

static void directories_of_the_search_path_that_are_closed_are_named(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, 0, false);
    (void)fake_add_file("/one", S_IFDIR | 0700, 0, 0, "");
    (void)fake_add_file("/two", S_IFDIR | 0700, 0, 0, "");
    add("/one/server", 0755, ELF);
    add("/two/server", 0755, ELF);
    denied(&plan, "server", "/one:/usr/bin:/two", FAIL_NOT_FOUND,
           "not found in PATH, of which the user may not search", "/one:/two",
           "search the directory");
    denied(&plan, "server", "/one:/two:/one:/two:/on:/two", FAIL_NOT_FOUND,
           "not found in PATH, of which the user may not search", "/one:/two",
           "search the directory"); /* each once */
    (void)fake_add_file("/on", S_IFDIR | 0700, 0, 0, "");
    add("/on/server", 0755, ELF);
    denied(&plan, "server", "/one:/on:/one", FAIL_NOT_FOUND,
           "not found in PATH, of which the user may not search", "/one:/on",
           "search the directory"); /* the beginning of another one is also named */
    denied(&plan, "server", "/two:/two", FAIL_NOT_FOUND,
           "not found in PATH, of which the user may not search", "/two", "search the directory");
    refused(&plan, "server", "/one", FAIL_NOT_FOUND, EXIT_NOT_FOUND, ENOENT);
    (void)fake_add_file("/", S_IFDIR | 0700, 0, 0, "");
    denied(&plan, "server", "/:/one", FAIL_NOT_FOUND,
           "not found in PATH, of which the user may not search", "/:/one", "search the directory");
    denied(&plan, "server", "/", FAIL_NOT_FOUND,
           "not found in PATH, of which the user may not search", "/", "search the directory");
}

/* Of those that are too long together, the first ones are. */
static void as_many_closed_directories_are_named_as_fit(void **state) {
    static const struct {
        size_t second; /* its length; the first one has 2000 bytes, and the two a colon between */
        bool fits;
    } rows[] = {{PATH_MAX - 2002, true}, {PATH_MAX - 2001, false}, {PATH_MAX - 1999, false}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char path[2 * PATH_MAX], first[PATH_MAX];
        struct plan plan;

        hold(&plan, 0, false);
        (void)fake_add_file("/one", S_IFDIR | 0700, 0, 0, "");
        memset(path, '/', sizeof path);
        memcpy(path, "/one", 4);
        path[2000] = ':';
        memcpy(path + 2001, "/one", 4);
        path[2001 + rows[i].second] = '\0';
        (void)snprintf(first, sizeof first, "%.2000s", path);
        denied(&plan, "server", path, FAIL_NOT_FOUND,
               "not found in PATH, of which the user may not search", rows[i].fits ? path : first,
               "search the directory");
    }
}

static void a_denied_file_counts_more_than_a_directory_of_that_name(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, 0, false);
    (void)fake_add_file("/one/server", S_IFDIR | 0755, 0, 0, "");
    add("/two/server", 0644, ELF);
    refused(&plan, "server", "/one:/two", FAIL_NOT_EXECUTABLE, EXIT_NOT_EXECUTABLE, EACCES);
    refused(&plan, "server", "/two:/one", FAIL_NOT_EXECUTABLE, EXIT_NOT_EXECUTABLE, EACCES);
    refused(&plan, "server", "/one", FAIL_NOT_EXECUTABLE, EXIT_NOT_EXECUTABLE, EISDIR);
}

static void a_carriage_return_at_the_end_of_an_interpreter_is_named(void **state) {
    struct plan plan;
    struct program program;
    struct fail f;

    (void)state;
    hold(&plan, 0, false);
    add("/srv/script", 0755, "#!/bin/sh\r\n");
    assert_int_equal(find(&plan, "/srv/script", NULL, &program, &f), -1);
    assert_string_equal(f.text, "its #! line names /bin/sh and ends with a carriage return");
    assert_string_equal(f.advice, "convert its line ends: sed -i 's/\\r$//' /srv/script");
    add("/srv/other", 0755, "#!/bin/nothing\n");
    assert_int_equal(find(&plan, "/srv/other", NULL, &program, &f), -1);
    assert_string_equal(f.text, "its #! line names /bin/nothing");
    assert_string_equal(f.advice, "");
    (void)fake_add_file("/srv/directory\r", S_IFDIR | 0755, 0, 0, "");
    add("/srv/enters", 0755, "#!/srv/directory\r\n");
    assert_int_equal(find(&plan, "/srv/enters", NULL, &program, &f), -1);
    assert_string_equal(f.text, "its #! line names /srv/directory\r");
    add("/srv/bare", 0755, "#!\r\n");
    assert_int_equal(find(&plan, "/srv/bare", NULL, &program, &f), -1);
    assert_non_null(strstr(f.text, "ends with a carriage return"));
}

/* In this world "/" and /srv are directories, and a link leads nowhere. */
static void what_a_path_lacks_is_named(void **state) {
    struct plan plan;
    struct program program;
    struct fail f;

    (void)state;
    hold(&plan, 0, false);
    (void)fake_add_file("/", S_IFDIR | 0755, 0, 0, "");
    (void)fake_add_file("/srv", S_IFDIR | 0755, 0, 0, "");
    assert_int_equal(find(&plan, "/no/such/x", NULL, &program, &f), -1);
    assert_string_equal(f.advice, "check the path /no/such/x: there is no /no");
    assert_int_equal(find(&plan, "/srv/x", NULL, &program, &f), -1);
    assert_string_equal(f.advice, "");
    assert_string_equal(f.hint, "check the path: the file or a directory of it is missing");
}

static void lacks(const struct plan *plan, const char *command, const char *advice) {
    struct program program;
    struct fail f;

    assert_int_equal(find(plan, command, NULL, &program, &f), -1);
    assert_string_equal(f.advice, advice);
}

static void a_link_that_leads_nowhere_and_a_file_on_the_way_are_named(void **state) {
    struct plan plan;

    (void)state;
    hold(&plan, 0, false);
    (void)fake_add_file("/", S_IFDIR | 0755, 0, 0, "");
    (void)fake_add_file(".", S_IFDIR | 0755, 0, 0, "");
    (void)fake_add_file("/srv", S_IFDIR | 0755, 0, 0, "");
    (void)fake_add_file("/opt", S_IFDIR | 0755, 0, 0, "");
    fake_add_file("/srv/link", S_IFLNK | 0777, 0, 0, "")->link = "/opt/gone";
    fake_add_file("/srv/same", S_IFLNK | 0777, 0, 0, "")->link = "/opt/same";
    fake_add_file("/bin", S_IFLNK | 0777, 0, 0, "")->link = "/opt";
    add("/srv/file", 0644, "text");
    add("/srv/script", 0755, "#!python3\n");
    lacks(&plan, "/srv/link", "check the path /srv/link: there is no /opt/gone");
    lacks(&plan, "/srv/same", "check the path /srv/same: there is no /opt/same");
    lacks(&plan, "/bin/server", "");
    lacks(&plan, "/n/x", "check the path /n/x: there is no /n");
    lacks(&plan, "/srv/file/x", "check the path /srv/file/x: /srv/file is no directory");
    lacks(&plan, "./gone/x", "check the path ./gone/x: there is no ./gone");
    lacks(&plan, "./gone", "");
    lacks(&plan, "/srv/script", "");
    add("/srv/run", 0755, "#!/opt/venv/python\n");
    lacks(&plan, "/srv/run", "check the path /opt/venv/python: there is no /opt/venv");
    lacks(&plan, "/srv/script/",
          "leave out the / at the end of /srv/script/, which is no directory");
    lacks(&plan, "/srv/gone/", "check the path /srv/gone/: there is no /srv/gone");
    (void)fake_arm(FAKE_FAILS, "sys_may_execute", 1, ENOENT); /* and then it is there */
    lacks(&plan, "/srv/file", "");
    lacks(&plan, "~/x", "");
    lacks(&plan, "~/x/", "");
    lacks(&plan, "$HOME/x", "");
}

static void a_related_machine_that_this_kernel_does_not_execute_is_named(void **state) {
    struct fake_elf other = fake_elf(NULL);
    struct program program = {.command = "server", .path = "/srv/server"};
    struct fail f = {0};
    char *words[] = {NULL};

    (void)state;
    if (other.head.e_machine != EM_X86_64)
        skip();
    fake_reset();
    other.head.e_machine = EM_386;
    (void)fake_add_program("/srv/server", &other);
    fake.exec_error = ENOEXEC;
    assert_int_equal(program_exec(&program, words, words, &f), -1);
    assert_string_equal(f.text, "it is an ELF file built for i386, and this is x86_64");
    fake.exec_error = ETXTBSY; /* and that explains no other error */
    assert_int_equal(program_exec(&program, words, words, &f), -1);
    assert_string_equal(f.text, "cannot be executed");
}

/* A program that would fit, and no permission that is missing. */
static void a_refusal_that_nothing_explains_is_laid_to_a_security_module(void **state) {
    const struct fake_elf server = fake_elf(NULL);
    struct program program = {.command = "server", .path = "/srv/server"};
    struct fail f = {0};
    char *words[] = {NULL};

    (void)state;
    fake_reset();
    (void)fake_add_program("/srv/server", &server);
    fake.exec_error = EACCES;
    assert_int_equal(program_exec(&program, words, words, &f), -1);
    assert_string_equal(f.text, "cannot be executed");
    assert_non_null(strstr(f.hint, "the security module that denies it"));
    fake.exec_error = ENOEXEC; /* nor the format */
    assert_int_equal(program_exec(&program, words, words, &f), -1);
    assert_string_equal(f.text, "cannot be executed");
    assert_null(f.hint);
}

static const struct CMUnitTest TESTS[] = {
    cmocka_unit_test(a_command_with_a_slash_is_not_searched_for),
    cmocka_unit_test(path_elements_are_tried_in_order),
    cmocka_unit_test(a_command_may_be_one_byte_long_and_not_less),
    cmocka_unit_test(empty_and_relative_path_elements_are_skipped),
    cmocka_unit_test(without_path_the_systems_folders_are_searched),
    cmocka_unit_test(what_may_not_be_executed_is_passed_over_but_remembered),
    cmocka_unit_test(a_folder_that_the_user_may_not_search_is_passed_over),
    cmocka_unit_test(only_a_regular_file_is_a_program),
    cmocka_unit_test(the_new_user_looks_with_what_it_keeps),
    cmocka_unit_test(a_mount_without_exec_is_as_a_file_without_permission),
    cmocka_unit_test(nothing_is_not_found_and_so_is_a_file_as_a_folder),
    cmocka_unit_test(a_name_that_is_too_long_is_refused),
    cmocka_unit_test(a_name_that_is_cut_off_is_nobodys),
    cmocka_unit_test(what_is_not_found_leaves_no_path_behind),
    cmocka_unit_test(an_error_in_a_lookup_is_not_taken_for_absence),
    cmocka_unit_test(scripts_are_read_as_the_kernel_reads_them),
    cmocka_unit_test(five_interpreters_are_followed_and_six_refused),
    cmocka_unit_test(a_script_that_runs_itself_is_refused),
    cmocka_unit_test(an_interpreter_that_cannot_run_is_refused_with_126),
    cmocka_unit_test(an_interpreter_behind_a_loop_of_links_is_refused_with_126),
    cmocka_unit_test(a_refused_interpreter_is_named_beside_its_script),
    cmocka_unit_test(a_file_that_is_neither_script_nor_program_is_left_to_execve),
    cmocka_unit_test(an_attribute_of_revision_2_is_read_whole),
    cmocka_unit_test(a_file_without_the_attribute_has_no_capabilities),
    cmocka_unit_test(an_attribute_that_is_not_understood_is_refused),
    cmocka_unit_test(an_attribute_that_is_too_long_is_refused),
    cmocka_unit_test(an_attribute_for_another_user_namespace_does_not_count),
    cmocka_unit_test(what_would_run_in_another_state_is_refused),
    cmocka_unit_test(a_parent_death_signal_that_execve_disarms_is_told_of),
    cmocka_unit_test(root_that_would_gain_by_execve_is_refused),
    cmocka_unit_test(a_file_that_uses_what_is_left_in_the_bounding_set_is_refused),
    cmocka_unit_test(the_last_file_of_a_chain_is_the_one_that_counts),
    cmocka_unit_test(what_cannot_be_looked_at_is_refused_unless_it_cannot_matter),
    cmocka_unit_test(an_interpreter_that_cannot_be_looked_up_is_an_incomplete_look),
    cmocka_unit_test(a_stream_that_stays_closed_to_the_user_is_noted),
    cmocka_unit_test(a_working_directory_that_the_user_may_not_search_is_noted),
    cmocka_unit_test(what_the_kernel_would_refuse_is_refused_before_execve),
    cmocka_unit_test(an_answer_that_is_no_error_changes_nothing),
    cmocka_unit_test(a_dry_run_predicts_by_the_format_what_a_real_run_is_told),
    cmocka_unit_test(the_format_explains_no_other_error),
    cmocka_unit_test(formats_that_are_registered_leave_the_format_to_execve),
    cmocka_unit_test(what_is_gone_with_the_descriptors_is_told),
    cmocka_unit_test(whatever_execve_says_the_exit_status_is_126),
    cmocka_unit_test(a_refusal_of_a_security_module_under_no_new_privs_is_advised_of),
    cmocka_unit_test(an_execve_that_returns_without_an_error_is_a_failure),
    cmocka_unit_test(a_link_that_cannot_be_followed_is_found_and_names_the_directory),
    cmocka_unit_test(the_longest_interpreter_is_named_whole),
    cmocka_unit_test(what_denies_is_told_apart),
    cmocka_unit_test(a_path_that_is_nowhere_has_a_hint_of_its_own),
    cmocka_unit_test(directories_of_the_search_path_that_are_closed_are_named),
    cmocka_unit_test(a_wrong_path_is_told_apart),
    cmocka_unit_test(a_program_that_is_nowhere_names_no_directory),
    cmocka_unit_test(as_many_closed_directories_are_named_as_fit),
    cmocka_unit_test(a_denied_file_counts_more_than_a_directory_of_that_name),
    cmocka_unit_test(a_carriage_return_at_the_end_of_an_interpreter_is_named),
    cmocka_unit_test(what_a_path_lacks_is_named),
    cmocka_unit_test(a_link_that_leads_nowhere_and_a_file_on_the_way_are_named),
    cmocka_unit_test(a_related_machine_that_this_kernel_does_not_execute_is_named),
    cmocka_unit_test(a_refusal_that_nothing_explains_is_laid_to_a_security_module),
};

int main(void) { return cmocka_run_group_tests(TESTS, NULL, NULL); }
