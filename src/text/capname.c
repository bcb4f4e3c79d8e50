#include "text/capname.h"

#include <cap-ng.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/cred.h"
#include "text/nearest.h"
#include "text/number.h"
#include "text/printable.h"

int capname_parse(const char *word, size_t length) {
    char name[CAPNAME_SIZE]; /* longer than any name */
    uint64_t number;

    if (length == 0 || length >= sizeof name)
        return -EINVAL;
    memcpy(name, word, length);
    name[length] = '\0';
    if (strlen(name) != length)
        return -EINVAL;

    if (number_is_digits(name))
        return number_parse(name, CAP_BITS - 1, &number) == 0 ? (int)number : -EINVAL;
    const char *bare = strncasecmp(name, "cap_", 4) == 0 ? name + 4 : name;
    int cap = capng_name_to_capability(bare);
    return cap >= 0 && cap < CAP_BITS ? cap : -EINVAL;
}

void capname_print(unsigned cap, char name[CAPNAME_SIZE]) {
    /* For a capability that it does not know, the library returns NULL, or makes up "cap_41". */
    const char *known = capng_capability_to_name(cap);
    if (known == NULL || strncmp(known, "cap_", 4) == 0) {
        (void)snprintf(name, CAPNAME_SIZE, "%u", cap);
        return;
    }

    size_t i = 0;
    for (; i < CAPNAME_SIZE - 1 && known[i] != '\0'; i++)
        name[i] = (char)toupper((unsigned char)known[i]);
    name[i] = '\0';
}

void capname_join(uint64_t set, const char *prefix, const char *separator,
                  char text[CAPNAME_LIST_SIZE]) {
    size_t used = 0;

    text[0] = '\0';
    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        char name[CAPNAME_SIZE];
        if ((set & CAP_MASK(cap)) == 0)
            continue;
        capname_print(cap, name);
        size_t left = CAPNAME_LIST_SIZE - used;
        size_t more =
            (size_t)snprintf(text + used, left, "%s%s%s", used == 0 ? "" : separator, prefix, name);
        if (more >= left) {
            text[used] = '\0'; /* do not leave part of a name */
            return;
        }
        used += more;
    }
}

/* ---- suggestions ---- */

static const char OF_NAMES[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/* Returns the capability that the word names, or that is nearest to it; or -EINVAL. If a prefix
 * continues after length, this wraps to a length that no name has, and the result is -EINVAL. */
static int parse_nearest(const char *word, size_t length) {
    const size_t prefix = strncasecmp(word, "cap", 3) == 0 ? 3 + strspn(word + 3, "_-") : 0;
    struct nearest search = {.word = word + prefix, .length = length - prefix};

    int number = capname_parse(search.word, search.length);
    if (number >= 0)
        return number;
    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        char name[CAPNAME_SIZE];
        capname_print(cap, name); /* a number has at most two digits and is never near */
        nearest_offer(&search, name);
    }
    const char *found = nearest_found(&search);
    return found == NULL ? -EINVAL : capname_parse(found, strlen(found));
}

/* Whether it is flags of cap_from_text(3), as in NET_RAW+ep, or "cap" alone, as in cap.kill. */
static bool is_no_name(const char *word, size_t length, char before) {
    return ((before == '+' || before == '=') && length == strspn(word, "eip")) ||
           (length == 3 && strncasecmp(word, "cap", length) == 0);
}

bool capname_suggest(const char *word, char list[CAPNAME_LIST_SIZE]) {
    uint64_t set = 0;
    size_t size;

    for (char before = '\0';; before = word[size], word += size + 1) {
        size = strspn(word, OF_NAMES);
        if (size > 0 && !is_no_name(word, size, before)) {
            int cap = parse_nearest(word, size);
            if (cap < 0)
                return false;
            set |= CAP_MASK(cap);
        }
        if (word[size] == '\0')
            break;
    }
    capname_join(set, "", ",", list);
    return set != 0;
}

/* Writes the names of a mask as printed by /proc/PID/status or capsh; no number of a capability has
 * this form. */
static bool list_mask(const char *value, char list[CAPNAME_LIST_SIZE]) {
    bool prefixed = strncasecmp(value, "0x", 2) == 0;
    uint64_t set = 0;

    if (prefixed || strlen(value) >= 8)
        (void)number_parse_hex(value + (prefixed ? 2 : 0), &set);
    capname_join(set, "", ",", list);
    return set != 0;
}

void capname_advise(const char *option, const char *value, struct fail *f) {
    char caps[CAPNAME_LIST_SIZE];
    const char *minus = strstr(value, " -"), *last = strrchr(value, '-');
    const char *word = strncasecmp(value, "cap_", 4) == 0 ? value + 4 : value;
    bool is_all = strcmp(value, "*") == 0 ||
                  (value[0] == '=' && value[1] != '\0' && value[strspn(value, "=eip")] == '\0') ||
                  (strcspn(word, "=+") == 3 && strncasecmp(word, "all", 3) == 0);

    f->hint = "name capabilities as capwrap --list-caps does, separated by commas";
    /* ~ in a unit, - and ! elsewhere, and -ep in cap_from_text(3) remove capabilities. */
    if ((value[0] == '-' && !isdigit((unsigned char)value[1])) || strpbrk(value, "~!") != NULL ||
        strstr(value, ",-") != NULL ||
        (minus != NULL && isalpha((unsigned char)minus[2]) && isalpha((unsigned char)minus[3])) ||
        (last != NULL && last[1] != '\0' && last[1 + strspn(last + 1, "eip")] == '\0'))
        f->hint = "list the capabilities that the program needs: all others are dropped";
    else if (strcmp(option, "keep") == 0 && is_all)
        fail_advise(f, "write --keep all");
    else if (list_mask(value, caps) || capname_suggest(value, caps))
        fail_advise(f, "write --%s %s (commas separate names)", option, caps);
    else if (minus != NULL || strchr(value, ' ') == NULL)
        (void)printable_advice(value, sizeof f->advice, f->advice);
}
