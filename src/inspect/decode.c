#include "inspect/decode.h"

#include <stdio.h>
#include <string.h>

#include "core/observe.h"
#include "inspect/cap_text.h"
#include "show/json.h"
#include "text/capname.h"
#include "text/number.h"

int decode_set(const char *word, bool json, struct fail *f) {
    bool prefixed = word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
    char names[CAPNAME_LIST_SIZE];
    uint64_t set;

    if (number_parse_hex(prefixed ? word + 2 : word, &set) != 0) {
        const char *colon = strrchr(word, ':'); /* the whole line of /proc/PID/status was given */
        const char *digits = colon == NULL ? "" : colon + 1 + strspn(colon + 1, " \t");
        (void)fail_about(f, "decode", FAIL_USAGE, 0, word, "a set is 1 to 16 hexadecimal digits");
        if (number_parse_hex(digits, &set) == 0)
            fail_advise(f, "write --decode=%s", digits);
        return fail_hint(f, "write --decode=HEX, as in the line CapEff of /proc/PID/status");
    }
    if (json) {
        (void)printf("{\"version\":1,");
        json_caps(stdout, "decoded", set);
        (void)puts("}");
        return 0;
    }
    capname_join(set, "", ",", names);
    (void)puts(names[0] == '\0' ? "none" : names);
    return 0;
}

static const char *where(const struct cred *cred, unsigned cap) {
    if ((cred->permitted & CAP_MASK(cap)) != 0)
        return "permitted";
    return (cred->bounding & CAP_MASK(cap)) != 0 ? "in the bounding set only" : "not here";
}

static void list_json(const struct cred *cred) {
    (void)printf("{\"version\":1,\"capabilities\":[");
    for (unsigned cap = 0; cap < cred->cap_count; cap++) {
        char name[CAPNAME_SIZE];
        capname_print(cap, name);
        (void)printf(
            "%s{\"number\":%u,\"name\":\"%s\",\"permitted\":%s,\"bounding\":%s,\"allows\":",
            cap == 0 ? "" : ",", cap, name,
            (cred->permitted & CAP_MASK(cap)) != 0 ? "true" : "false",
            (cred->bounding & CAP_MASK(cap)) != 0 ? "true" : "false");
        json_string(stdout, cap_text(cap));
        (void)printf("}");
    }
    (void)puts("]}");
}

static void list_text(const struct cred *cred, bool allows) {
    for (unsigned cap = 0; cap < cred->cap_count; cap++) {
        const char *text = cap_text(cap);
        char name[CAPNAME_SIZE];
        capname_print(cap, name);
        if (allows)
            (void)printf("%2u %-18s %-24s  %s\n", cap, name, where(cred, cap),
                         text == NULL ? "(newer than capwrap)" : text);
        else
            (void)printf("%2u %-18s %s\n", cap, name, where(cred, cap));
    }
}

int decode_list(bool json, bool allows, struct fail *f) {
    struct cred cred = {0};

    int status = observe_cred("list-caps", CAP_BITS, &cred, f);
    if (status == 0 && json)
        list_json(&cred);
    else if (status == 0)
        list_text(&cred, allows);
    observe_free(&cred);
    return status;
}
