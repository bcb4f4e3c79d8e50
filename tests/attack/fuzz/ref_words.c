#include <linux/capability.h>
#include <string.h>
#include <strings.h>

#include "ref.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool ref_is_number(const char *word) {
    size_t digits = 0;

    while (is_digit(word[digits]))
        digits++;
    return digits > 0 && word[digits] == '\0';
}

bool ref_number(const char *word, uint64_t max, uint64_t *value) {
    unsigned __int128 number = 0;

    if (!ref_is_number(word) || (word[0] == '0' && word[1] != '\0'))
        return false;
    for (; *word != '\0'; word++) {
        number = number * 10 + (unsigned)(*word - '0');
        if (number > max)
            return false;
    }
    *value = (uint64_t)number;
    return true;
}

bool ref_hex(const char *word, uint64_t *set) {
    static const char digits[] = "0123456789abcdef";
    size_t count = 0;

    if (strncasecmp(word, "0x", 2) == 0)
        word += 2;
    for (*set = 0; word[count] != '\0'; count++) {
        const char *digit = strchr(digits, word[count] | 0x20);
        if (digit == NULL || count == 16 || (!is_digit(word[count]) && word[count] < 'A'))
            return false;
        *set = *set * 16 + (uint64_t)(digit - digits);
    }
    return count > 0;
}

/* linux/capability.h */
static const char *const NAMES[] = {
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
};

int ref_cap(const char *word, size_t length) {
    char text[64];
    uint64_t number;

    if (length == 0 || length >= sizeof text || memchr(word, '\0', length) != NULL)
        return -1;
    memcpy(text, word, length);
    text[length] = '\0';
    if (ref_is_number(text))
        return ref_number(text, 63, &number) ? (int)number : -1;
    for (int cap = 0; cap <= CAP_CHECKPOINT_RESTORE; cap++)
        if (strcasecmp(text, NAMES[cap]) == 0 ||
            (strncasecmp(text, "cap_", 4) == 0 && strcasecmp(text + 4, NAMES[cap]) == 0))
            return cap;
    return -1;
}
