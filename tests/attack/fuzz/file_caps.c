/*
 * What a program's file makes of the goal: the attribute security.capability and set-id bits.
 * program_find() accepts exactly those files after whose execve the program holds what is
 * kept, and refuses all that is not clear.
 * Input: numbers that make the file and the goal, then the attribute.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "core/program.h"
#include "fake/kernel.h"
#include "fuzz.h"
#include "ref.h"

#define SERVER "/srv/server"

struct scenario {
    struct cred goal;
    struct exec_file file; /* the reference's reading */
    enum ref_caps caps;
    bool elsewhere; /* a user namespace: not every id is mapped */
};

static void make_goal(struct input *input, struct cred *goal) {
    static const uid_t ids[] = {0, 33, 1000, 33};

    uint8_t flags = input_byte(input);
    uint64_t keep = input_number(input, 8) & FAKE_ALL_CAPS;
    keep = (flags & 1) != 0 ? keep : keep & 0x2400;
    fake_be(ids[flags >> 1 & 3], ids[flags >> 3 & 3]);
    fake.no_new_privs = (flags & 0x20) != 0;
    fake.securebits = (flags & 0x40) != 0 ? SECBITS_LOCKDOWN : 0;
    fake.permitted = fake.effective = fake.inheritable = fake.ambient = keep;
    fake.bounding = (flags & 0x80) != 0 ? FAKE_ALL_CAPS : keep;
    fake_truth(goal);
}

static void make_file(struct input *input, struct scenario *scenario) {
    static const uid_t owners[] = {0, 33, 1000, 44};

    uint8_t flags = input_byte(input), owner = input_byte(input);
    struct fake_file *file =
        fake_add_file(SERVER, S_IFREG | 0755, owners[owner & 3], owners[owner >> 2 & 3], "\177ELF");
    file->mode |= ((flags & 1) != 0 ? S_ISUID : 0) | ((flags & 2) != 0 ? S_ISGID : 0);
    /* Without its x the group's members could not execute it. */
    bool member = file->group == 0 || file->group == scenario->goal.gid.effective;
    file->mode &= (flags & 4) != 0 && !member ? ~(unsigned)S_IXGRP : ~0u;
    file->nosuid = (flags & 8) != 0;
    scenario->elsewhere = (flags & 0x10) != 0;
    if (scenario->elsewhere)
        fake.uid_map.count = 65536;
    size_t size = (size_t)(input->end - input->next);
    file->caps = size == 0 ? NULL : input->next;
    file->caps_size = size > 24 ? 24 : size; /* sys.c does not pass on larger ones: ERANGE */

    struct ref_file_caps caps = {0};
    scenario->caps = size == 0 ? REF_NO_CAPS : ref_file_caps(file->caps, file->caps_size, &caps);
    if (scenario->elsewhere && size >= 24 && scenario->caps == REF_NO_CAPS)
        scenario->caps = REF_UNCLEAR; /* the owner of that root cannot be determined */
    if (file->nosuid)
        scenario->caps = REF_NO_CAPS;
    scenario->file = (struct exec_file){.set_uid = !file->nosuid && (file->mode & S_ISUID) != 0,
                                        .set_gid = !file->nosuid && (file->mode & S_ISGID) != 0 &&
                                                   (file->mode & S_IXGRP) != 0,
                                        .owner = file->owner,
                                        .group = file->group,
                                        .has_caps = scenario->caps == REF_CAPS,
                                        .caps_effective = caps.effective,
                                        .caps_permitted = caps.permitted,
                                        .caps_inheritable = caps.inheritable};
}

/* The kernel would start it with what is kept and with the same ids. */
static bool is_right(const struct scenario *scenario) {
    struct cred after;

    return scenario->caps != REF_UNCLEAR &&
           fake_after_exec(&scenario->goal, &scenario->file, &after) == 0 &&
           after.permitted == scenario->goal.permitted &&
           after.effective == scenario->goal.permitted &&
           after.uid.effective == scenario->goal.uid.effective &&
           after.gid.effective == scenario->goal.gid.effective;
}

static void check_read(const struct program *program, const struct scenario *scenario) {
    const struct exec_file *read = &program->file, *file = &scenario->file;

    CHECK(read->has_caps == file->has_caps, "%d", read->has_caps);
    if (file->has_caps)
        CHECK(read->caps_effective == file->caps_effective &&
                  read->caps_permitted == file->caps_permitted &&
                  read->caps_inheritable == file->caps_inheritable,
              "%d %llx %llx", read->caps_effective, (unsigned long long)read->caps_permitted,
              (unsigned long long)read->caps_inheritable);
    CHECK(read->set_uid == file->set_uid && read->set_gid == file->set_gid, "set-id bits");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct input input = input_of(data, size);
    struct program program = {.command = SERVER};
    struct plan plan = {0};
    struct scenario scenario = {0};
    struct fail f = {0};

    fake_reset();
    make_goal(&input, &scenario.goal);
    make_file(&input, &scenario);
    plan.goal = scenario.goal;
    plan.keep = scenario.goal.permitted;
    int status = program_find(&plan, &program, &f);
    bool unseen_but_harmless =
        scenario.caps == REF_UNCLEAR && plan.keep == 0 && scenario.goal.no_new_privs;
    if (status == 0) {
        fuzz_count(scenario.file.has_caps ? "with capabilities" : "let through");
        CHECK(is_right(&scenario) || unseen_but_harmless, "let through");
        if (!unseen_but_harmless)
            check_read(&program, &scenario);
    } else {
        fuzz_count("refused");
        CHECK(!is_right(&scenario), "refused: %s", f.text);
        CHECK(f.code == FAIL_FILE_CAPABILITIES || f.code == FAIL_OUTSIDE_BOUNDING ||
                  f.code == FAIL_SET_ID || f.code == FAIL_ROOT_GAINS,
              "%d", f.code);
    }
    free(scenario.goal.groups.list);
    return 0;
}
