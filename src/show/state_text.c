#include "show/state_text.h"

#include "text/capname.h"

static void print_ids(FILE *out, const char *name, const struct ids *ids) {
    struct ids same = ids_all(ids->real);

    if (ids_equal(ids, &same))
        (void)fprintf(out, "  %-13s %u\n", name, ids->real);
    else
        (void)fprintf(out, "  %-13s real %u, effective %u, saved %u, fs %u\n", name, ids->real,
                      ids->effective, ids->saved, ids->fs);
}

void state_text_set(FILE *out, uint64_t set, uint64_t all) {
    enum { FEW = 8 };
    char names[CAPNAME_LIST_SIZE];
    uint64_t lacking = all & ~set;
    bool most = __builtin_popcountll(lacking) <= FEW && (set & ~all) == 0;

    capname_join(most ? lacking : set, "", ",", names);
    (void)fprintf(out, "%s%s",
                  most            ? lacking == 0 ? "all" : "all but "
                  : names[0] == 0 ? "none"
                                  : "",
                  names);
}

static void print_set(FILE *out, const char *name, uint64_t set, uint64_t all) {
    (void)fprintf(out, "  %-13s ", name);
    state_text_set(out, set, all);
    (void)fputc('\n', out);
}

void state_text_print(FILE *out, const struct cred *cred, bool securebits_known) {
    uint64_t all = cred_known_caps(cred);

    print_ids(out, "uid", &cred->uid);
    print_ids(out, "gid", &cred->gid);
    (void)fprintf(out, "  %-13s%s", "groups", cred->groups.count == 0 ? " none" : "");
    for (size_t i = 0; i < cred->groups.count; i++)
        (void)fprintf(out, "%c%u", i == 0 ? ' ' : ',', cred->groups.list[i]);
    (void)fputc('\n', out);
    print_set(out, "permitted", cred->permitted, all);
    print_set(out, "effective", cred->effective, all);
    print_set(out, "inheritable", cred->inheritable, all);
    print_set(out, "bounding", cred->bounding, all);
    print_set(out, "ambient", cred->ambient, all);
    if (securebits_known)
        (void)fprintf(out, "  %-13s 0x%x\n", "securebits", cred->securebits);
    (void)fprintf(out, "  %-13s %s\n", "no_new_privs", cred->no_new_privs ? "yes" : "no");
}
