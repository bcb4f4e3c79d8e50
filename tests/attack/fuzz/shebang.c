/*
 * The reader of #! lines: program_find() follows a chain of scripts as the kernel does.
 * Input: the contents of the files of the chain, each ended by 0xff. What the last one names is an
 * ELF file.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/program.h"
#include "fake/kernel.h"
#include "fuzz.h"
#include "ref.h"

#define SCRIPT "/srv/script"

enum { CHAIN = 8, STOP = 0xff, KERNEL_FOLLOWS = 5 }; /* execve(2): ELOOP at the sixth */

struct chain {
    unsigned files;
    char *content[CHAIN];
    size_t size[CHAIN];
    char names[CHAIN][REF_HEAD]; /* of the interpreters, from 0 */
};

/* Puts the next file at the name that the one before gives, unless there is one already. Returns
 * the file at that name. */
static struct fake_file *place(struct chain *chain, const char *name, struct input *input) {
    struct fake_file *file = fake_find_file(name);

    if (file != NULL)
        return file;
    unsigned i = chain->files++;
    chain->content[i] = input_until(input, STOP, &chain->size[i]);
    if (i > 0 && chain->size[i] == 0) {
        free(chain->content[i]);
        chain->content[i] = strdup("\177ELF");
        chain->size[i] = 4;
    }
    file = fake_add_file(name, S_IFREG | 0755, 0, 0, "");
    file->head = chain->content[i];
    file->head_size = chain->size[i];
    return file;
}

static bool is_below(const char *name, const char *folder) {
    size_t length = strlen(folder);

    return strncmp(name, folder, length) == 0 && name[length] == '/';
}

/* A file of the chain cannot also be a directory. */
static bool needs_a_folder(const char *name) {
    for (size_t i = 0; i < fake.file_count; i++)
        if (is_below(name, fake.files[i].path) || is_below(fake.files[i].path, name))
            return true;
    return false;
}

/* An executable for a reader that continues past what the kernel reads, or follows one level
 * more: what must be refused would be found. */
static void set_trap(struct chain *chain, const struct fake_file *script, int found) {
    static char name[REF_HEAD];
    const char *head = script->head, *trap = chain->names[KERNEL_FOLLOWS];
    size_t start = 2 + strspn(head + 2, " \t");

    if (start >= REF_HEAD)
        return;
    if (found < 0) {
        (void)snprintf(name, sizeof name, "%.*s", REF_HEAD - (int)start, head + start);
        name[strcspn(name, " \t\n")] = '\0';
        trap = name;
    }
    if (trap[0] != '\0' && !needs_a_folder(trap) && fake_find_file(trap) == NULL)
        (void)fake_add_file(trap, S_IFREG | 0755, 0, 0, "\177ELF");
}

enum { REFUSED = -1, IMPOSSIBLE = -2 };

/* How many interpreters the kernel goes through; REFUSED; or IMPOSSIBLE to build. */
static int follow(struct chain *chain, struct input *input) {
    const char *name = SCRIPT;

    for (int depth = 0;; depth++) {
        if (needs_a_folder(name))
            return IMPOSSIBLE;
        const struct fake_file *file = place(chain, name, input);
        int script = ref_interpreter(file->head, file->head_size, chain->names[depth]);
        if (script == 0)
            return depth;
        if (script < 0 || depth == KERNEL_FOLLOWS) {
            set_trap(chain, file, script);
            return REFUSED;
        }
        name = chain->names[depth];
    }
}

static void find(struct program *program, int *status, struct fail *f) {
    struct plan plan = {0};

    fake_truth(&plan.goal);
    *program = (struct program){.command = SCRIPT};
    *status = program_find(&plan, program, f);
    free(plan.goal.groups.list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct input input = input_of(data, size);
    struct program program;
    struct chain chain = {0};
    struct fail f = {0};
    int status;

    fake_reset();
    fake_be(33, 33);
    fake.permitted = fake.effective = 0;
    int depth = follow(&chain, &input);
    find(&program, &status, &f);
    if (depth >= 0) {
        fuzz_count(depth == 0 ? "no script" : depth == 1 ? "script" : "chain");
        CHECK(status == 0, "refused: %s", f.text);
        CHECK((int)program.interpreter_count == depth, "%u, not %d", program.interpreter_count,
              depth);
        for (int i = 0; i < depth; i++)
            CHECK(strcmp(program.interpreters[i], chain.names[i]) == 0, "'%s', not '%s'",
                  program.interpreters[i], chain.names[i]);
    } else if (depth == REFUSED) {
        fuzz_count("refused");
        CHECK(status == -1, "let through to %s", program.path);
        CHECK(f.code == FAIL_INTERPRETER && f.exit_code == EXIT_NOT_EXECUTABLE, "%d", f.code);
    }
    for (unsigned i = 0; i < chain.files; i++)
        free(chain.content[i]);
    return 0;
}
