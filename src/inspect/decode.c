#include "inspect/decode.h"

#include <stdio.h>

#include "core/observe.h"
#include "text/capname.h"
#include "text/number.h"

int decode_set(const char *word, struct fail *f) {
    bool prefixed = word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
    char names[CAPNAME_LIST_SIZE];
    uint64_t set;

    if (number_parse_hex(prefixed ? word + 2 : word, &set) != 0)
        return fail_about(f, "decode", FAIL_USAGE, 0, word, "a set is 1 to 16 hexadecimal digits");
    capname_join(set, "", ",", names);
    (void)puts(names[0] == '\0' ? "none" : names);
    return 0;
}

int decode_list(struct fail *f) {
    struct cred cred = {0};

    int status = observe_cred("list-caps", CAP_BITS, &cred, f);
    for (unsigned cap = 0; status == 0 && cap < cred.cap_count; cap++) {
        char name[CAPNAME_SIZE];
        capname_print(cap, name);
        (void)printf("%2u %-18s %s\n", cap, name,
                     (cred.permitted & CAP_MASK(cap)) != 0  ? "permitted"
                     : (cred.bounding & CAP_MASK(cap)) != 0 ? "in the bounding set only"
                                                            : "not here");
    }
    observe_free(&cred);
    return status;
}
